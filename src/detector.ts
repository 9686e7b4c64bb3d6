import { InputError } from './core/errors.ts';
import { type DeviceGrant, adoptDevice, requestDevice } from './device.ts';
import { GpuExecutor } from './gpu/executor.ts';
import type { Detection } from './image/detection.ts';
import { letterbox } from './image/letterbox.ts';
import type { Picture } from './image/picture.ts';
import { loadModel } from './load-model.ts';
import { packPictures, readDetections, splitPictures } from './pictures.ts';
import { compilePlan } from './plan/compile.ts';
import type { PlanInput, Visitor } from './plan/executor.ts';
import type { Plan } from './plan/plan.ts';
import { policyFor } from './plan/policy.ts';
import { type WeightLayout, layoutWeights, packWeights } from './plan/weights.ts';
import type { AdapterDescription, AdapterRequest, ByteRequest, ByteSource, Platform } from './platform/contract.ts';
import { type DetectOptions, type DetectRequest, type ImageSize, type Tensor, checkDetectOptions, checkImageSize, checkTensor } from './requests.ts';
import { type Yolov10, readYolov10 } from './yolov10/read.ts';

/** What differs between browsers, Deno and Node. */
export interface Runtime<Image> {
  platform: Platform;
  /** Decodes whatever this runtime calls a picture. */
  pictureOf(source: Image): Promise<Picture>;
}

export interface LoadOptions extends ByteRequest {
  /** A device of the caller's; it is not destroyed by `dispose`, nor replaced when lost. */
  device?: GPUDevice;
  /** Which adapter to ask for where no device is given. */
  adapter?: AdapterRequest['choice'];
  /** Input size; where left out the one the export was made for, else 640. */
  imageSize?: ImageSize;
  /** Weights kept outside the model, by file name, where the model is given as bytes. */
  external?: ReadonlyMap<string, Uint8Array>;
}

const DEFAULT_SIZE = { height: 640, width: 640 };

/**
 * A YOLOv10 on a WebGPU device. Calls may overlap; they are answered in order.
 * @typeParam Image what the runtime takes as a picture
 */
export class Detector<Image = Picture> {
  readonly network: Yolov10;
  /** Input size of calls that name none. */
  readonly imageSize: { height: number; width: number };
  private readonly runtime: Runtime<Image>;
  private readonly options: LoadOptions;
  private readonly layout: WeightLayout;
  private readonly packed: ArrayBuffer;
  private readonly plans = new Map<string, Plan>();
  private grant: DeviceGrant;
  private executor: GpuExecutor;
  private recovery: Promise<void> | null = null;
  private disposed = false;

  /**
   * Loads a model and opens a device.
   * @param source path, URL, hub id such as `onnx-community/yolov10n`, or bytes
   * @throws InputError saying what was expected, what was found and what to do
   */
  static async open<Image>(runtime: Runtime<Image>, source: ByteSource, options: LoadOptions = {}): Promise<Detector<Image>> {
    if (options.imageSize !== undefined) checkImageSize(options.imageSize);
    const network = readYolov10(await loadModel(runtime.platform, source, options));
    options.signal?.throwIfAborted();
    const grant = options.device ? adoptDevice(options.device) : await requestDevice(runtime.platform, { choice: options.adapter });
    return new Detector(runtime, network, grant, options);
  }

  private constructor(runtime: Runtime<Image>, network: Yolov10, grant: DeviceGrant, options: LoadOptions) {
    this.runtime = runtime;
    this.network = network;
    this.options = options;
    this.imageSize = checkImageSize(options.imageSize ?? network.imageSize ?? DEFAULT_SIZE);
    this.layout = layoutWeights(network.layers);
    this.packed = packWeights(this.layout, network.weights);
    this.grant = grant;
    this.executor = new GpuExecutor(grant.device, this.packed);
  }

  /** What computes, and whether it is a software adapter, many times slower than a GPU. */
  get adapter(): AdapterDescription {
    return this.grant.description;
  }

  get labels(): readonly string[] {
    return this.network.labels;
  }

  /**
   * Finds objects in one picture, or in a batch of them. Boxes are in each picture's own pixels; best first.
   * @throws InputError 'bad-image' or 'bad-argument'; 'device-lost' when the device was lost twice in a row
   */
  async detect(image: Image, options?: DetectOptions): Promise<Detection[]>;
  async detect(images: readonly Image[], options?: DetectOptions): Promise<Detection[][]>;
  async detect(image: Image | readonly Image[], options: DetectOptions = {}): Promise<Detection[] | Detection[][]> {
    const request = checkDetectOptions(options, this.labels);
    const plan = this.planFor(options.imageSize);
    const many = Array.isArray(image);
    if (many && image.length === 0) throw emptyBatch();
    const pictures = await Promise.all((many ? image : [image as Image]).map((source) => this.runtime.pictureOf(source)));
    const found = await this.detectPictures(plan, pictures, request, options.signal);
    return many ? found : found[0]!;
  }

  /**
   * Runs the bare network.
   * @param tensor [B, 3, H, W] float32, RGB in 0..1
   * @returns [B, min(300, anchors), 6] float32: x1, y1, x2, y2 in input pixels, score, class; best first
   * @throws InputError 'bad-tensor'
   */
  async run(tensor: Tensor): Promise<{ data: Float32Array; dims: [number, number, number] }> {
    const { batch, height, width } = checkTensor(tensor);
    const plan = this.planFor({ height, width });
    const perImage = 3 * height * width;
    const data = new Float32Array(batch * plan.rows * 6);
    const most = this.executor.maxBatch(plan);
    for (let first = 0; first < batch; first += most) {
      const count = Math.min(most, batch - first);
      const part = tensor.data.subarray(first * perImage, (first + count) * perImage);
      data.set(await this.execute(plan, { kind: 'tensor', batch: count, data: part }), first * plan.rows * 6);
    }
    return { data, dims: [batch, plan.rows, 6] };
  }

  /** Compiles and allocates ahead of the first call, so that it is as fast as the next. */
  async warmUp(batch = 1, imageSize?: ImageSize): Promise<void> {
    const plan = this.planFor(imageSize);
    await this.executor.prepare(plan, Math.min(batch, this.executor.maxBatch(plan)));
  }

  /** Shows every intermediate tensor of one run by its ONNX name; slow, for comparing with other engines. */
  async trace(tensor: Tensor, visit: Visitor): Promise<void> {
    const { batch, height, width } = checkTensor(tensor);
    await this.executor.trace(this.planFor({ height, width }), { kind: 'tensor', batch, data: tensor.data }, visit);
  }

  /** The dispatches and memory of an input size, as printable data. */
  planFor(imageSize: ImageSize = this.imageSize): Plan {
    if (this.disposed) throw useAfterDispose();
    const { height, width } = checkImageSize(imageSize);
    const key = `${height}×${width}`;
    let plan = this.plans.get(key);
    if (!plan) {
      const { description, lanes } = this.grant;
      plan = compilePlan(this.network.layers, height, width, policyFor({ software: description.software, lanes }), this.layout);
      this.plans.set(key, plan);
    }
    return plan;
  }

  /** Bytes on the GPU for an input size that has run, weights included. */
  gpuBytes(imageSize?: ImageSize): Promise<number> {
    return this.executor.bytes(this.planFor(imageSize));
  }

  /** Frees the GPU. Calls in flight fail, later ones throw. */
  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    this.executor.dispose();
    if (this.grant.own) this.grant.device.destroy();
  }

  private async detectPictures(plan: Plan, pictures: Picture[], request: DetectRequest, signal?: AbortSignal): Promise<Detection[][]> {
    const pixels = this.grant.device.limits.maxStorageBufferBindingSize / 4;
    const found: Detection[][] = [];
    for (const run of splitPictures(pictures, this.executor.maxBatch(plan), pixels)) {
      signal?.throwIfAborted();
      const { input, geometries } = packPictures(run, plan.height, plan.width);
      const rows = await this.execute(plan, fitInput(input, run, plan, pixels));
      const perImage = plan.rows * 6;
      geometries.forEach((geometry, i) => found.push(readDetections(rows.subarray(i * perImage, (i + 1) * perImage), geometry, this.labels, request)));
    }
    return found;
  }

  /** Runs, once more on a new device where the first was lost. */
  private async execute(plan: Plan, input: PlanInput): Promise<Float32Array> {
    if (this.disposed) throw useAfterDispose();
    const { executor } = this;
    try {
      return await executor.run(plan, input);
    } catch (error) {
      if (this.disposed) throw useAfterDispose();
      if (!(error instanceof InputError) || error.code !== 'device-lost' || !this.grant.own) throw error;
      await this.recover(executor);
      return this.executor.run(this.planFor(plan), input); // another adapter may want another plan
    }
  }

  /** Opens a new device; calls that failed together recover together. */
  private recover(failed: GpuExecutor): Promise<void> {
    if (this.executor !== failed) return this.recovery ?? Promise.resolve();
    this.recovery ??= requestDevice(this.runtime.platform, { choice: this.options.adapter })
      .then((grant) => {
        this.grant = grant;
        this.plans.clear();
        this.executor = new GpuExecutor(grant.device, this.packed);
      })
      .finally(() => (this.recovery = null));
    return this.recovery;
  }
}

/** A picture too large for one binding is scaled on the CPU instead. */
function fitInput(input: PlanInput, [picture]: Picture[], plan: Plan, pixels: number): PlanInput {
  if (input.batch > 1 || picture!.width * picture!.height <= pixels) return input;
  return { kind: 'tensor', batch: 1, data: letterbox(picture!, plan.width, plan.height) };
}

function emptyBatch(): InputError {
  return new InputError('bad-argument', { expected: 'at least one picture', found: 'an empty array', remedy: 'Pass a picture, or an array of them.' });
}

function useAfterDispose(): InputError {
  return new InputError('disposed', { expected: 'a detector in use', found: 'one that was disposed', remedy: 'Load the model again.' });
}
