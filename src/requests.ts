import { described } from './core/described.ts';
import { InputError } from './core/errors.ts';
import { checkInputSize } from './yolov10/input-size.ts';
import { MAX_ROWS } from './yolov10/network.ts';

/** Size of the network's input in pixels; one number means a square. */
export type ImageSize = number | { height: number; width: number };

/** The same by its sides. */
export type InputSize = Exclude<ImageSize, number>;

/** Size of a picture in pixels, any. */
export interface PictureSize {
  width: number;
  height: number;
}

/** What to report of what was found. */
export interface DetectOptions {
  /** Least score, 0..1; 0.25 where left out. */
  threshold?: number;
  /** Report these classes only, by label or number. */
  classes?: readonly (string | number)[];
  /** Most detections per picture, best first; 300, all the network gives, where left out. */
  maxDetections?: number;
  /** Input size for this call, in multiples of 32. */
  imageSize?: ImageSize;
  /** Ends the call: at once while pictures are read, else before the next part of a batch. */
  signal?: AbortSignal;
}

/** Options with defaults filled in and classes as numbers; null means all. */
export interface DetectRequest {
  threshold: number;
  classes: ReadonlySet<number> | null;
  maxDetections: number;
}

const DEFAULT_THRESHOLD = 0.25;

/** @throws InputError 'bad-argument' for a threshold outside 0..1, an unknown class, a count below one or a signal that is none */
export function checkDetectOptions(options: DetectOptions, labels: readonly string[]): DetectRequest {
  checkOptions(options);
  const { threshold = DEFAULT_THRESHOLD, classes, maxDetections = MAX_ROWS } = options;
  checkSignal(options.signal);
  if (!(typeof threshold === 'number' && threshold >= 0 && threshold <= 1)) throw badArgument('a threshold from 0 to 1', described(threshold), 'The default is 0.25.');
  if (!Number.isInteger(maxDetections) || maxDetections < 1) {
    throw badArgument('maxDetections of 1 or more', described(maxDetections), 'Leave it out for all of them.');
  }
  return { threshold, maxDetections, classes: classNumbers(classes, labels) };
}

/** @throws InputError 'bad-argument' for options that are no object */
export function checkOptions(options: object): void {
  if (typeof options !== 'object' || options === null) throw badArgument('options as an object', described(options), 'Name them: { imageSize: 640 }, for instance.');
}

/** @throws InputError 'bad-argument' for an option that is given and does not fit */
export function checkOption(name: string, value: unknown, expected: string, fits: boolean): void {
  if (fits || value === undefined) return;
  throw badArgument(`${name} as ${expected}`, described(value), 'Leave it out where it is not needed.');
}

/** @throws InputError 'bad-argument' for what is no signal, such as the controller that has it */
export function checkSignal(signal: unknown): void {
  checkOption('signal', signal, 'an AbortSignal', signal instanceof AbortSignal);
}

/** @throws InputError 'bad-argument' for an adapter asked for beside a device, which has one already */
export function checkDeviceChoice({ device, adapter }: { device?: unknown; adapter?: unknown }): void {
  if (!device || adapter === undefined) return;
  throw badArgument('a device or the name of an adapter', 'both', 'Leave out adapter: a device has one already.');
}

function classNumbers(classes: DetectOptions['classes'] | null, labels: readonly string[]): DetectRequest['classes'] {
  if (classes === null || classes === undefined) return null;
  if (!Array.isArray(classes)) throw badArgument('classes as an array of labels or numbers', described(classes), 'Put one class in an array, too.');
  return new Set(classes.flatMap((name: string | number) => classesNamed(name, labels)));
}

/** The class of this number, or all that bear this name: files may give one to several. */
function classesNamed(name: string | number, labels: readonly string[]): number[] {
  const numbers = typeof name === 'number' ? [name] : [...labels.keys()].filter((index) => labels[index] === name);
  if (numbers.some((index) => labels[index] !== undefined)) return numbers;
  const some = labels.length > 12 ? `${labels.slice(0, 12).join(', ')}, …` : labels.join(', ');
  throw badArgument('classes of this model', String(name), `It knows ${labels.length}: ${some}`);
}

/** @throws InputError 'bad-argument' unless both sides are positive multiples of 32 */
export function checkImageSize(size: ImageSize): InputSize {
  if (size === null) throw badArgument('an image size', 'null', 'Leave it out for the default.');
  const { height, width } = typeof size === 'number' ? { height: size, width: size } : size;
  checkInputSize(height, width);
  return { height, width };
}

/** @throws InputError 'bad-argument' unless it is an integer of 1 or more */
export function checkBatch(batch: number): void {
  if (Number.isInteger(batch) && batch >= 1) return;
  throw badArgument('a batch that is an integer of 1 or more', String(batch), 'Leave it out for 1.');
}

/** The bytes of an RGBA picture of this size. @throws InputError 'bad-argument' unless its sides are integers of 1 or more */
export function checkPictureSize({ width, height }: PictureSize): number {
  if ([width, height].every((side) => Number.isInteger(side) && side >= 1)) return width * height * 4;
  throw badArgument('a picture size { width, height } in whole pixels', `${width} × ${height}`, 'Leave it out where pictures are small.');
}

/** A raw input or output with its shape. */
export interface Tensor {
  data: Float32Array;
  dims: readonly number[];
}

/** @throws InputError 'bad-tensor' unless it is [B ≥ 1, 3, H, W] with as many values and sides that are multiples of 32 */
export function checkTensor(tensor: Tensor): InputSize & { batch: number } {
  const remedy = 'The input is RGB in 0..1, planes of red, green and blue one after another.';
  const { data, dims: given } = (tensor ?? {}) as Partial<Tensor>; // JavaScript may pass anything
  const dims = Array.from(given ?? []);
  const [batch, channels, height, width] = dims;
  const shaped = dims.length === 4 && channels === 3 && dims.every((dim) => Number.isInteger(dim) && dim > 0);
  if (!shaped) throw badTensor('dims [batch ≥ 1, 3, height, width]', dims.length > 0 ? `[${dims.join(', ')}]` : 'none', remedy);
  if (!(data instanceof Float32Array)) throw badTensor('a Float32Array', described(data), 'Convert the values to float32.');
  const count = dims.reduce((a, b) => a * b, 1);
  if (data.length !== count) throw badTensor(`${count} values for dims [${dims.join(', ')}]`, String(data.length), remedy);
  checkImageSize({ height: height!, width: width! });
  return { batch: batch!, height: height!, width: width! };
}

function badArgument(expected: string, found: string, remedy: string): InputError {
  return new InputError('bad-argument', { expected, found, remedy });
}

function badTensor(expected: string, found: string, remedy: string): InputError {
  return new InputError('bad-tensor', { expected, found, remedy });
}
