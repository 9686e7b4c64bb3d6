import { BatchLimits, sizeKey } from './batch-limits.ts';
import { deviceLostError } from './core/device-errors.ts';
import { isOf } from './core/errors.ts';
import type { DeviceGrant } from './device.ts';
import { imagesByWork } from './gpu/limits.ts';
import { compilePlan } from './plan/compile.ts';
import type { PlanInput, Visitor } from './plan/executor.ts';
import { halve, joinRows } from './plan-input.ts';
import type { Plan } from './plan/plan.ts';
import { policyFor } from './plan/policy.ts';
import { type WeightLayout, layoutWeights, packWeights } from './plan/weights.ts';
import type { InputSize } from './requests.ts';
import { type Session, Sessions } from './sessions.ts';
import type { Yolov10 } from './yolov10/read.ts';

/** A quarter of a gigabyte: what a call keeps in memory grows neither with its batch nor with a picture. */
const MOST_PIXELS = 2 ** 26;

/**
 * Runs a network on a device: on a new one where the first was lost, and in halves where a batch is more than memory
 * holds or the device bears. Callers name sizes instead of plans, since a new device may want other plans.
 */
export class Engine {
  private readonly network: Pick<Yolov10, 'layers' | 'weights'>;
  private readonly layout: WeightLayout;
  private readonly sessions: Sessions;
  private readonly limits = new BatchLimits();

  /** Uploads the weights. @param reopen asks for a device like the first, for when that is lost and was the engine's own */
  constructor(network: Pick<Yolov10, 'layers' | 'weights'>, grant: DeviceGrant, reopen: () => Promise<DeviceGrant>) {
    this.network = network;
    this.layout = layoutWeights(network.layers);
    this.sessions = new Sessions(grant, () => packWeights(this.layout, network.weights), reopen);
  }

  get grant(): DeviceGrant {
    return this.sessions.grant;
  }

  /** @throws InputError 'disposed'; 'bad-argument' or 'unsupported' for a size or network without a plan */
  planFor(size: InputSize): Plan {
    return this.planOf(this.sessions.current, size);
  }

  /** Most images in one run, 1 or more: as memory holds and as work takes no longer than a device bears; a run of more is halved. */
  maxImages(size: InputSize): number {
    const session = this.sessions.current;
    const plan = this.planOf(session, size);
    return Math.max(1, Math.min(this.limits.of(size), imagesByWork(plan), session.executor.maxBatch(plan)));
  }

  /** Most pixels of the pictures that go to the GPU in one run; a picture of more is scaled before it goes. */
  get maxPixels(): number {
    return Math.min(MOST_PIXELS, Math.floor(this.grant.device.limits.maxStorageBufferBindingSize / 4));
  }

  /**
   * Rows [batch, plan.rows, 6] of a run.
   * @throws InputError 'out-of-memory' where not even one image fits, 'device-lost' when lost twice in a row, with one
   * image the second time, 'disposed'
   */
  run(size: InputSize, input: PlanInput): Promise<Float32Array> {
    return this.recovering(() => this.runWholeOrHalves(size, input));
  }

  /** Compiles and allocates for this many images, or as many as one run takes, and pictures of this many bytes each. */
  prepare(size: InputSize, batch: number, pictureBytes: number): Promise<void> {
    return this.recovering(async () => this.prepareWholeOrHalf(size, Math.min(batch, this.maxImages(size)), pictureBytes));
  }

  /** Starts over on a new device where the first was lost on the way. */
  trace(size: InputSize, input: PlanInput, visit: Visitor): Promise<void> {
    return this.recovering(async () => this.sessions.current.executor.trace(this.planFor(size), input, visit));
  }

  /** Bytes on the GPU for a size that has run, weights included. */
  async bytes(size: InputSize): Promise<number> {
    return this.sessions.current.executor.bytes(this.planFor(size));
  }

  dispose(): void {
    this.sessions.dispose();
  }

  /** Of any size: a loss fails all runs under way, and which of them was too much for the device is not known. */
  private recovering<T>(work: () => Promise<T>): Promise<T> {
    return this.sessions.recovering(work, () => this.limits.timesLowered);
  }

  private planOf({ plans, grant }: Session, size: InputSize): Plan {
    const key = sizeKey(size);
    let plan = plans.get(key);
    if (!plan) {
      const { description, lanes } = grant;
      plan = compilePlan(this.network.layers, size.height, size.width, policyFor({ software: description.software, lanes }), this.layout);
      plans.set(key, plan);
    }
    return plan;
  }

  private runWholeOrHalves(size: InputSize, input: PlanInput): Promise<Float32Array> {
    const inHalves = async (): Promise<Float32Array> => {
      const [first, second] = halve(input);
      return joinRows(await this.runWholeOrHalves(size, first), await this.runWholeOrHalves(size, second));
    };
    return this.wholeOrElse(size, input.batch, ({ executor }, plan) => executor.run(plan, input), inHalves);
  }

  private prepareWholeOrHalf(size: InputSize, batch: number, pictureBytes: number): Promise<void> {
    const most = this.maxPixels * 4;
    const pixelBytes = batch === 1 && pictureBytes > most ? 0 : Math.min(batch * pictureBytes, most);
    const forHalf = (): Promise<void> => this.prepareWholeOrHalf(size, Math.ceil(batch / 2), pictureBytes);
    return this.wholeOrElse(size, batch, ({ executor }, plan) => executor.prepare(plan, batch, pixelBytes), forHalf);
  }

  /**
   * Does something for a batch as a whole, or otherwise where it is more than one run takes; what memory refused, or cost
   * the device, is not tried again.
   */
  private async wholeOrElse<T>(
    size: InputSize, batch: number, whole: (session: Session, plan: Plan) => Promise<T>, otherwise: () => Promise<T>,
  ): Promise<T> {
    if (batch > this.maxImages(size)) return otherwise();
    const session = this.sessions.current;
    if (session.lost) throw deviceLostError(session.lost); // not by this batch
    try {
      return await whole(session, this.planOf(session, size));
    } catch (error) {
      const full = isOf(error, 'out-of-memory');
      if (batch > 1 && (full || isOf(error, 'device-lost'))) this.limits.lower(size, batch);
      if (batch === 1 || !full) throw error;
      return otherwise();
    }
  }
}
