import { adoptDevice, requestDevice } from './device.ts';
import { Engine } from './engine.ts';
import type { Detection } from './image/detection.ts';
import type { Picture } from './image/picture.ts';
import { type GroupRoom, inGroups } from './in-groups.ts';
import { inOrder } from './in-order.ts';
import { loadModel } from './load-model.ts';
import { readDetections, readPictures } from './pictures.ts';
import type { Visitor } from './plan/executor.ts';
import { packPictures, tensorParts } from './plan-input.ts';
import type { Plan } from './plan/plan.ts';
import type { AdapterDescription, AdapterRequest, ByteRequest, ByteSource, Platform } from './platform/contract.ts';
import {
  type DetectOptions, type DetectRequest, type ImageSize, type InputSize, type PictureSize, type Tensor, checkBatch, checkDetectOptions, checkDeviceChoice, checkImageSize, checkOptions, checkPictureSize, checkTensor,
} from './requests.ts';
import { refusePreparation } from './yolov10/preparation.ts';
import { type Yolov10, readYolov10 } from './yolov10/read.ts';
import { checkHead } from './yolov10/wiring.ts';

/** What differs between browsers, Deno and Node. */
export interface Runtime<Image> {
  platform: Platform;
  /** Decodes whatever this runtime calls a picture; the signal ends its download. */
  pictureOf(source: Image, options?: { signal?: AbortSignal }): Promise<Picture>;
}

export interface LoadOptions extends ByteRequest {
  /** A device of the caller's; it is not destroyed by `dispose`, nor replaced when lost. */
  device?: GPUDevice;
  /** Which adapter to ask for; not beside a device, which has one. */
  adapter?: AdapterRequest['choice'];
  /** Input size; where left out the one the export was made for, else 640. */
  imageSize?: ImageSize;
  /** Weights kept outside the model, by file name, where the model is given as bytes. */
  external?: ReadonlyMap<string, Uint8Array>;
}

const DEFAULT_SIZE = { height: 640, width: 640 };
/** Runs of one call on the GPU at once: while one computes, the next is written and the last read back. */
const IN_FLIGHT = 2;
/** Most pictures of one run, so that the next ones are read while it computes, and memory is left to others. */
const RUN_PICTURES = 32;

/**
 * A YOLOv10 on a WebGPU device. Calls may overlap; each resolves when its result is there, and what it was given must stay
 * unchanged until then.
 * @typeParam Image what the runtime takes as a picture
 */
export class Detector<Image = Picture> {
  readonly network: Yolov10;
  /** Input size of calls that name none. */
  readonly imageSize: InputSize;
  private readonly runtime: Runtime<Image>;
  private readonly engine: Engine;

  /**
   * Loads a model and opens a device.
   * @param source path, URL, hub id such as `onnx-community/yolov10n`, or bytes
   * @throws InputError saying what was expected, what was found and what to do: of the model 'not-found', 'offline',
   * 'not-onnx', 'not-yolov10', 'bad-weights', 'external-data' or 'unsupported' (a custom width that kernels do not take, only
   * the one-to-many head, or a picture that the graph itself normalises by more than a division by 255);
   * of the options 'bad-argument'; 'no-webgpu'. The reason of `signal` where that ends loading
   */
  static async open<Image>(runtime: Runtime<Image>, source: ByteSource, options: LoadOptions = {}): Promise<Detector<Image>> {
    checkOptions(options);
    checkDeviceChoice(options);
    if (options.imageSize !== undefined) checkImageSize(options.imageSize);
    const network = readYolov10(await loadModel(runtime.platform, source, options));
    checkHead(network);
    refusePreparation(network.normalization, 'this engine does not run', 'Write a file without them by "repair --rebuild", and hand "run" what they made of the picture.');
    options.signal?.throwIfAborted();
    const request = (): ReturnType<typeof requestDevice> => requestDevice(runtime.platform, { choice: options.adapter });
    const grant = options.device ? adoptDevice(options.device) : await request();
    let engine: Engine | undefined;
    try {
      options.signal?.throwIfAborted();
      engine = new Engine(network, grant, request);
      return new Detector(runtime, network, engine, options.imageSize);
    } catch (error) {
      engine?.dispose();
      if (grant.own) grant.device.destroy(); // twice is no mistake
      throw error;
    }
  }

  private constructor(runtime: Runtime<Image>, network: Yolov10, engine: Engine, imageSize: ImageSize = network.imageSize ?? DEFAULT_SIZE) {
    this.runtime = runtime;
    this.network = network;
    this.engine = engine;
    this.imageSize = checkImageSize(imageSize);
    engine.planFor(this.imageSize); // a network that cannot be run is refused now
  }

  /** What computes, and whether it is a software adapter, many times slower than a GPU. */
  get adapter(): AdapterDescription {
    return this.engine.grant.description;
  }

  get labels(): readonly string[] {
    return this.network.labels;
  }

  /**
   * Finds objects in one picture, or in a batch of them, which is read and run in parts. Boxes are in each picture's own
   * pixels; best first.
   * @throws InputError 'bad-image' (of a batch, saying which), 'not-found', 'offline' or 'unsupported' for what is no
   * picture here; 'bad-argument'; 'out-of-memory' where not even one image fits; 'device-lost' when the device was lost
   * twice in a row, 'no-webgpu' when none came after it; 'disposed'. The reason of `signal` where that ends the call
   */
  async detect(image: Image, options?: DetectOptions): Promise<Detection[]>;
  async detect(images: readonly Image[], options?: DetectOptions): Promise<Detection[][]>;
  async detect(image: Image | readonly Image[], options: DetectOptions = {}): Promise<Detection[] | Detection[][]> {
    const request = checkDetectOptions(options, this.labels);
    const size = checkImageSize(options.imageSize ?? this.imageSize);
    if (!Array.isArray(image)) return (await this.detectAll([image as Image], size, request, options.signal))[0]!;
    return this.detectAll(image as readonly Image[], size, request, options.signal);
  }

  /**
   * Runs the bare network.
   * @param tensor [B, 3, H, W] float32, RGB in 0..1
   * @returns [B, min(300, anchors), 6] float32: x1, y1, x2, y2 in input pixels, score, class; best first
   * @throws InputError 'bad-tensor' or 'bad-argument' (H or W); 'out-of-memory', 'device-lost', 'no-webgpu' and 'disposed'
   * as `detect` does
   */
  async run(tensor: Tensor): Promise<{ data: Float32Array; dims: [number, number, number] }> {
    const { batch, ...size } = checkTensor(tensor);
    const { rows } = this.engine.planFor(size);
    const data = new Float32Array(batch * rows * 6);
    let filled = 0;
    const parts = tensorParts(tensor.data, batch, () => this.engine.maxImages(size));
    for await (const part of inOrder(parts, IN_FLIGHT, (input) => this.engine.run(size, input))) {
      data.set(part, filled);
      filled += part.length;
    }
    return { data, dims: [batch, rows, 6] };
  }

  /**
   * Compiles and allocates ahead of the first call, so that it is as fast as the next: for the pictures of `detect`, which
   * go in runs of 32 at most. Ahead of `run` it compiles, too; room for its tensor is made by the first call.
   * @param pictureSize the largest pictures to come; where left out there is room for 640×640 pixels in all
   * @throws InputError 'bad-argument' unless the batch is an integer of 1 or more and sizes are sizes; 'out-of-memory',
   * 'device-lost', 'no-webgpu' and 'disposed' as `detect` does
   */
  async warmUp(batch = 1, imageSize: ImageSize = this.imageSize, pictureSize?: PictureSize): Promise<void> {
    checkBatch(batch);
    const pictureBytes = pictureSize ? checkPictureSize(pictureSize) : 0;
    await this.engine.prepare(checkImageSize(imageSize), Math.min(batch, RUN_PICTURES), pictureBytes);
  }

  /**
   * Shows every intermediate tensor of one run by its ONNX name; slow, for comparing with other engines. Where the device
   * is lost on the way, it starts over.
   * @throws InputError as `run` does, 'out-of-memory' also for a batch that one run has no room for
   */
  async trace(tensor: Tensor, visit: Visitor): Promise<void> {
    const { batch, ...size } = checkTensor(tensor);
    await this.engine.trace(size, { kind: 'tensor', batch, data: tensor.data }, visit);
  }

  /** The dispatches and memory of an input size, as printable data. @throws InputError 'bad-argument', 'disposed' */
  planFor(imageSize: ImageSize = this.imageSize): Plan {
    return this.engine.planFor(checkImageSize(imageSize));
  }

  /** Bytes on the GPU for an input size that has run, weights included. @throws InputError 'bad-argument', 'disposed' */
  async gpuBytes(imageSize: ImageSize = this.imageSize): Promise<number> {
    return this.engine.bytes(checkImageSize(imageSize));
  }

  /** Frees the GPU. Calls in flight fail, later ones throw. */
  dispose(): void {
    this.engine.dispose();
  }

  private async detectAll(images: readonly Image[], size: InputSize, request: DetectRequest, signal?: AbortSignal): Promise<Detection[][]> {
    const { engine } = this;
    engine.planFor(size); // says at once what cannot be
    const pictures = readPictures(images, (image) => this.runtime.pictureOf(image, { signal }), signal);
    const roomNow = (): GroupRoom => ({ items: Math.min(engine.maxImages(size), RUN_PICTURES), pixels: engine.maxPixels });
    const groups = inGroups(pictures, ({ width, height }) => width * height, roomNow);
    const runs = inOrder(groups, IN_FLIGHT, async (group) => {
      signal?.throwIfAborted();
      const { input, geometries } = packPictures(group, size, engine.maxPixels);
      return { geometries, rows: await engine.run(size, input) };
    });
    const found: Detection[][] = [];
    for await (const { geometries, rows } of runs) {
      const perImage = rows.length / geometries.length;
      geometries.forEach((geometry, i) => found.push(readDetections(rows.subarray(i * perImage, (i + 1) * perImage), geometry, this.labels, request)));
    }
    return found;
  }
}
