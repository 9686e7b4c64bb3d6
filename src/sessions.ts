import { disposedError } from './core/device-errors.ts';
import { isOf } from './core/errors.ts';
import type { DeviceGrant } from './device.ts';
import { GpuExecutor } from './gpu/executor.ts';
import type { Plan } from './plan/plan.ts';

/** A device with the weights on it, and the plans made for it by input size; `lost` once it is. */
export interface Session {
  grant: DeviceGrant;
  executor: GpuExecutor;
  plans: Map<string, Plan>;
  lost: GPUDeviceLostInfo | null;
}

/** The device in use, and a new one where that is lost and was the engine's own. */
export class Sessions {
  private readonly pack: () => ArrayBuffer;
  private readonly reopen: () => Promise<DeviceGrant>;
  private session: Session;
  private recovery: Promise<void> | null = null;
  private disposed = false;

  /**
   * @param pack makes the weights as kernels read them, anew for each device: they are as large as the network's own
   * @param reopen asks for a device like the first
   */
  constructor(grant: DeviceGrant, pack: () => ArrayBuffer, reopen: () => Promise<DeviceGrant>) {
    this.pack = pack;
    this.reopen = reopen;
    this.session = this.begin(grant);
  }

  get grant(): DeviceGrant {
    return this.session.grant;
  }

  /** @throws InputError 'disposed' */
  get current(): Session {
    if (this.disposed) throw disposedError();
    return this.session;
  }

  /**
   * Works, once more on a new device where the first was lost, and again as long as losses change what is tried.
   * @param changes how often that has changed
   */
  async recovering<T>(work: () => Promise<T>, changes: () => number): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const { session } = this;
      const before = changes();
      try {
        return await work();
      } catch (error) {
        if (this.disposed) throw disposedError();
        const another = attempt === 1 || changes() > before;
        if (!another || !isOf(error, 'device-lost') || !session.grant.own) throw error;
        await this.recover(session);
      }
    }
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.session.executor.dispose();
    if (this.grant.own) this.grant.device.destroy();
  }

  private begin(grant: DeviceGrant): Session {
    const session: Session = { grant, executor: new GpuExecutor(grant.device, this.pack()), plans: new Map(), lost: null };
    void grant.device.lost.then((info) => (session.lost = info));
    return session;
  }

  /** Opens a new device; calls that failed together recover together. */
  private recover(failed: Session): Promise<void> {
    if (this.session !== failed) return this.recovery ?? Promise.resolve();
    this.recovery ??= this.reopen()
      .then((grant) => {
        if (this.disposed) {
          grant.device.destroy();
          throw disposedError();
        }
        this.session = this.begin(grant);
      })
      .finally(() => (this.recovery = null));
    return this.recovery;
  }
}
