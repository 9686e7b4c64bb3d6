import { deviceLostError, disposedError } from './core/device-errors.ts';
import { type ErrorCode, InputError } from './core/errors.ts';
import type { DeviceGrant } from './device.ts';
import { GpuExecutor } from './gpu/executor.ts';
import { compilePlan } from './plan/compile.ts';
import type { PlanInput, Visitor } from './plan/executor.ts';
import { halve, joinRows } from './plan-input.ts';
import type { Plan } from './plan/plan.ts';
import { policyFor } from './plan/policy.ts';
import { type WeightLayout, layoutWeights, packWeights } from './plan/weights.ts';
import type { InputSize } from './requests.ts';
import type { Yolov10 } from './yolov10/read.ts';

/** A device with the weights on it; `lost` once it is. */
interface Session {
  grant: DeviceGrant;
  executor: GpuExecutor;
  lost: GPUDeviceLostInfo | null;
}

/** A plan, and the most images that there has been memory for. */
interface Planned {
  plan: Plan;
  room: number;
}

/** A quarter of a gigabyte: what a call keeps in memory does not grow with its batch. */
const SHARED_PIXELS = 2 ** 26;

/**
 * Runs a network on a device: on a new one where the first was lost, and in halves where the memory is too small for all
 * of a batch. Callers name sizes instead of plans, since a new device may want other plans and hold fewer images.
 */
export class Engine {
  private readonly network: Pick<Yolov10, 'layers' | 'weights'>;
  private readonly layout: WeightLayout;
  private readonly packed: ArrayBuffer;
  private readonly reopen: () => Promise<DeviceGrant>;
  private readonly plans = new Map<string, Planned>();
  private session: Session;
  private recovery: Promise<void> | null = null;
  private disposed = false;

  /** Uploads the weights. @param reopen asks for a device like the first, for when that is lost and was the engine's own */
  constructor(network: Pick<Yolov10, 'layers' | 'weights'>, grant: DeviceGrant, reopen: () => Promise<DeviceGrant>) {
    this.network = network;
    this.layout = layoutWeights(network.layers);
    this.packed = packWeights(this.layout, network.weights);
    this.reopen = reopen;
    this.session = this.begin(grant);
  }

  get grant(): DeviceGrant {
    return this.session.grant;
  }

  /** @throws InputError 'disposed'; 'bad-argument' or 'unsupported' for a size or network without a plan */
  planFor(size: InputSize): Plan {
    return this.planned(size).plan;
  }

  /** Most images in one run, 1 or more; a run of more is halved. */
  room(size: InputSize): number {
    const { plan, room } = this.planned(size);
    return Math.max(1, Math.min(room, this.session.executor.maxBatch(plan)));
  }

  /** Most pixels of one picture that goes to the GPU as it is. */
  get pixelRoom(): number {
    return Math.floor(this.grant.device.limits.maxStorageBufferBindingSize / 4);
  }

  /** Most pixels of pictures that share a run. */
  get sharedPixels(): number {
    return Math.min(this.pixelRoom, SHARED_PIXELS);
  }

  /**
   * Rows [batch, plan.rows, 6] of a run.
   * @throws InputError 'out-of-memory' where not even one image fits, 'device-lost' when lost twice in a row, 'disposed'
   */
  run(size: InputSize, input: PlanInput): Promise<Float32Array> {
    return this.recovering(() => this.runInRoom(size, input));
  }

  /** Compiles and allocates for this many images, or as many as there is room for, and pictures of this many bytes each. */
  prepare(size: InputSize, batch: number, pictureBytes: number): Promise<void> {
    return this.recovering(() => this.prepareInRoom(size, Math.min(batch, this.room(size)), pictureBytes));
  }

  /** Starts over on a new device where the first was lost on the way. */
  trace(size: InputSize, input: PlanInput, visit: Visitor): Promise<void> {
    return this.recovering(() => this.session.executor.trace(this.planFor(size), input, visit));
  }

  /** Bytes on the GPU for a size that has run, weights included. */
  async bytes(size: InputSize): Promise<number> {
    return this.session.executor.bytes(this.planFor(size));
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.session.executor.dispose();
    if (this.grant.own) this.grant.device.destroy();
  }

  private begin(grant: DeviceGrant): Session {
    const session: Session = { grant, executor: new GpuExecutor(grant.device, this.packed), lost: null };
    void grant.device.lost.then((info) => (session.lost = info));
    return session;
  }

  private planned({ height, width }: InputSize): Planned {
    if (this.disposed) throw disposedError();
    const key = `${height}×${width}`;
    let planned = this.plans.get(key);
    if (!planned) {
      const { description, lanes } = this.grant;
      const policy = policyFor({ software: description.software, lanes });
      planned = { plan: compilePlan(this.network.layers, height, width, policy, this.layout), room: Infinity };
      this.plans.set(key, planned);
    }
    return planned;
  }

  private runInRoom(size: InputSize, input: PlanInput): Promise<Float32Array> {
    const inHalves = async (): Promise<Float32Array> => {
      const [first, second] = halve(input);
      return joinRows(await this.runInRoom(size, first), await this.runInRoom(size, second));
    };
    return this.inRoom(size, input.batch, ({ executor }, plan) => executor.run(plan, input), inHalves);
  }

  private prepareInRoom(size: InputSize, batch: number, pictureBytes: number): Promise<void> {
    const alone = Math.min(pictureBytes, this.pixelRoom * 4);
    const pixelBytes = Math.max(alone, Math.min(batch * pictureBytes, this.sharedPixels * 4));
    const prepare = async (session: Session, plan: Plan): Promise<void> => {
      await session.executor.prepare(plan, batch, pixelBytes).finally(() => {
        if (session.lost) throw deviceLostError(session.lost); // which fails in other words, or not at all
      });
    };
    return this.inRoom(size, batch, prepare, () => this.prepareInRoom(size, Math.ceil(batch / 2), pictureBytes));
  }

  /** Does something for a batch as a whole, or otherwise where it has no room; what memory refused is not tried again. */
  private async inRoom<T>(size: InputSize, batch: number, whole: (session: Session, plan: Plan) => Promise<T>, otherwise: () => Promise<T>): Promise<T> {
    if (batch > this.room(size)) return otherwise();
    const planned = this.planned(size);
    try {
      return await whole(this.session, planned.plan);
    } catch (error) {
      if (batch === 1 || !isOf(error, 'out-of-memory')) throw error;
      planned.room = Math.min(planned.room, Math.ceil(batch / 2));
      return otherwise();
    }
  }

  /** Works, once more on a new device where the first was lost. */
  private async recovering<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const { session } = this;
      try {
        return await work();
      } catch (error) {
        if (this.disposed) throw disposedError();
        if (attempt === 2 || !isOf(error, 'device-lost') || !session.grant.own) throw error;
        await this.recover(session);
      }
    }
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
        this.plans.clear();
        this.session = this.begin(grant);
      })
      .finally(() => (this.recovery = null));
    return this.recovery;
  }
}

function isOf(error: unknown, code: ErrorCode): boolean {
  return error instanceof InputError && error.code === code;
}
