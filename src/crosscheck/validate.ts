import { InputError } from '../core/errors.ts';
import type { OnnxModel } from '../onnx/graph.ts';
import { parseModel } from '../onnx/parse.ts';
import { type Yolov10, readYolov10 } from '../yolov10/read.ts';
import { asRows, checkDetections } from './against-peer.ts';
import { slotOf, stack } from './batches.ts';
import type { Engine, NumberTensor, Peer } from './engine.ts';
import { type Pictures, checkIndependence } from './independence.ts';
import { compareTensors, firstDifference } from './layers.ts';
import { FLOAT16_TOLERANCE, FLOAT32_TOLERANCE, ROW, type Tolerance } from './match.ts';
import { type TestPicture, testPictures } from './test-pictures.ts';
import type { Check, ShownBox, ShownPicture, ValidationReport } from './validation-report.ts';

export interface ValidateOptions {
  /** Batch sizes to try; 1, 2, 3, 4, 8 unless told. */
  batches?: readonly number[];
  /** This engine, with the same model loaded. */
  engine: Engine;
  /** Another engine with the file loaded; without one, only this engine's own results are held against each other. */
  peer?: Peer | null;
  /** Why there is no other engine, for the report. */
  withoutPeer?: string;
  /** Content of the model's data files, if it has any. */
  external?: ReadonlyMap<string, Uint8Array>;
  /** Input size in pixels; the file's own unless told. */
  height?: number;
  width?: number;
  /** Pictures of that size; drawn patterns unless told. Used in turn where a batch is larger. */
  pictures?: readonly TestPicture[];
  /** Unless told, by whether the file's weights are float16. */
  tolerance?: Tolerance;
  signal?: AbortSignal;
  /** Called as checks are done. */
  onCheck?: (check: Check) => void;
}

/** A relative difference of a layer that float32 noise does not make, and the same for float16. */
const LAYER_LIMIT = { float32: 1e-3, float16: 5e-2 };
/** A report shows the boxes of at least this score; not more than `most`, and the best `least` in any case. */
const SHOWN = { score: 0.25, least: 5, most: 30 };

/**
 * Proves, or disproves, that a file's result does not depend on the batch: this engine at each batch size against itself
 * at batch 1, and the file run by another engine against this one. Nothing is taken from the file's wiring but by that
 * other engine.
 * @throws InputError 'not-onnx', 'not-yolov10', 'bad-weights' for the file, 'bad-argument' for options
 */
export async function validate(modelBytes: Uint8Array, options: ValidateOptions): Promise<ValidationReport> {
  const validation = new Validation(modelBytes, options);
  return validation.run();
}

class Validation {
  readonly #options: ValidateOptions;
  readonly #bytes: number;
  readonly #model: OnnxModel;
  readonly #network: Yolov10;
  readonly #half: boolean;
  readonly #tolerance: Tolerance;
  readonly #pictures: Pictures;
  readonly #names: string[];
  readonly #batches: number[];
  readonly #checks: Check[] = [];

  constructor(modelBytes: Uint8Array, options: ValidateOptions) {
    this.#options = options;
    this.#bytes = modelBytes.length;
    this.#model = parseModel(modelBytes, options);
    this.#network = readYolov10(this.#model);
    this.#half = [...this.#model.graph.initializers.values()].some(({ dataType }) => dataType === 'float16');
    this.#tolerance = options.tolerance ?? (this.#half ? FLOAT16_TOLERANCE : FLOAT32_TOLERANCE);
    this.#batches = checkedBatches(options.batches ?? [1, 2, 3, 4, 8]);
    const { height, width } = inputSize(this.#network, options);
    const most = this.#batches.at(-1)!;
    const given = options.pictures ?? testPictures(most, height, width);
    checkPictures(given, height, width);
    const used = Array.from({ length: most }, (_, slot) => given[slot % given.length]!);
    this.#pictures = { height, width, pixels: used.map(({ pixels }) => pixels) };
    this.#names = used.map(({ name }) => name);
  }

  async run(): Promise<ValidationReport> {
    const started = performance.now();
    const alone = await this.#alone();
    let lastRows: NumberTensor | null = null;
    for (const batch of this.#batches) {
      for (const check of await checkIndependence(this.#options.engine, this.#pictures, alone, batch)) this.#add(check);
      lastRows = await this.#againstPeer(alone, batch);
    }
    const difference = await this.#firstDifference();
    const { engine, peer, withoutPeer } = this.#options;
    const { height, width } = this.#pictures;
    return {
      passed: this.#checks.every(({ status }) => status !== 'failed'),
      model: {
        scale: this.#network.scale ?? 'custom', classCount: this.#network.config.head.classCount,
        opset: this.#model.opset, producer: this.#model.producer, bytes: this.#bytes,
      },
      input: { height, width },
      engine: engine.name, peer: peer?.name ?? null, withoutPeer: peer ? null : (withoutPeer ?? 'no other engine was given'),
      tolerance: this.#tolerance, checks: this.#checks, firstDifference: difference,
      pictures: this.#shown(alone, lastRows),
      milliseconds: performance.now() - started,
    };
  }

  /** Rows of every picture, run alone. */
  async #alone(): Promise<Float32Array[]> {
    const rows: Float32Array[] = [];
    for (const pixels of this.#pictures.pixels) {
      this.#options.signal?.throwIfAborted();
      rows.push((await this.#options.engine.run(this.#stack([pixels]))).data);
    }
    return rows;
  }

  /** Runs the file at one batch size; returns its rows, or null where it has none. */
  async #againstPeer(alone: Float32Array[], batch: number): Promise<NumberTensor | null> {
    const { peer, signal } = this.#options;
    if (!peer) return null;
    signal?.throwIfAborted();
    const images = this.#stack(this.#pictures.pixels.slice(0, batch));
    const ours = alone.slice(0, batch);
    const fail = (detail: string): void => this.#add({ id: `detections/${batch}`, group: 'detections', batch, claim: 'the file finds what this engine finds', status: 'failed', detail });
    let output: NumberTensor;
    try {
      output = await peer.run(images);
    } catch (error) {
      fail(`${peer.name} cannot run the file: ${firstLine(error)}`);
      return null;
    }
    const rows = asRows(output, ours, this.#network.config.head.classCount);
    const fits = rows?.dims[0] === batch;
    if (fits) this.#add(checkDetections(ours, rows, this.#tolerance));
    else fail(`output of shape [${output.dims}], neither [${batch},rows,6] nor [${batch},4+classes,anchors]`);
    if (batch === 1 || batch === this.#batches.at(-1)) await this.#compareHeads(images, batch);
    return fits ? rows : null;
  }

  /** Box distributions and class logits of the three levels, before anything is sorted. */
  async #compareHeads(images: NumberTensor, batch: number): Promise<void> {
    const { engine, peer } = this.#options;
    const check = { id: `heads/${batch}`, group: 'heads', batch, claim: 'raw heads agree before anything is sorted' } as const;
    if (!engine.trace || !peer?.tensors) return;
    const head = this.#network.layers.at(-1)!;
    const maps = head.kind === 'detect' ? [...head.boxes, ...head.classes].map(({ name }) => name) : [];
    const differences = await compareTensors(engine, peer, images, maps);
    if (differences.length < maps.length) {
      this.#add({ ...check, status: 'skipped', detail: `the file names ${maps.length - differences.length} of ${maps.length} heads otherwise` });
      return;
    }
    const worst = differences.reduce((most, other) => (other.difference > most.difference ? other : most));
    const detail = `within ${worst.difference.toExponential(1)} of the largest value${worst.difference > this.#layerLimit ? ` in ${worst.tensor}` : ''}`;
    this.#add({ ...check, status: worst.difference > this.#layerLimit ? 'failed' : 'passed', detail });
  }

  /** Looked for at the smallest batch that disagrees and that the file can be run at. */
  async #firstDifference(): Promise<ValidationReport['firstDifference']> {
    const { engine, peer } = this.#options;
    const failed = this.#checks.find(({ group, status, figures }) => group === 'detections' && status === 'failed' && figures !== undefined);
    if (!failed || !engine.trace || !peer?.tensors) return null;
    return firstDifference(engine, peer, this.#stack(this.#pictures.pixels.slice(0, failed.batch)), this.#layerLimit);
  }

  get #layerLimit(): number {
    return this.#half ? LAYER_LIMIT.float16 : LAYER_LIMIT.float32;
  }

  #stack(pixels: readonly Float32Array[]): NumberTensor {
    return stack(pixels, this.#pictures.height, this.#pictures.width);
  }

  #add(check: Check): void {
    this.#checks.push(check);
    this.#options.onCheck?.(check);
  }

  #shown(alone: Float32Array[], peerRows: NumberTensor | null): ShownPicture[] {
    return this.#pictures.pixels.map((pixels, slot) => ({
      name: this.#names[slot]!, slot, pixels,
      alone: this.#boxes(alone[slot]!),
      peer: peerRows && this.#boxes(slotOf(peerRows, slot)),
    }));
  }

  #boxes(rows: Float32Array): ShownBox[] {
    const all = Array.from({ length: rows.length / ROW }, (_, i) => [...rows.subarray(i * ROW, i * ROW + ROW)] as [number, number, number, number, number, number]);
    return all.filter(([, , , , score], i) => i < SHOWN.least || score >= SHOWN.score).slice(0, SHOWN.most).map(([x1, y1, x2, y2, score, classId]) => ({
      label: this.#network.labels[classId] ?? `class ${classId}`, classId, score, corners: [x1, y1, x2, y2],
    }));
  }
}

function checkedBatches(batches: readonly number[]): number[] {
  if (batches.length > 0 && batches.every((batch) => Number.isInteger(batch) && batch >= 1)) return [...new Set(batches)].sort((a, b) => a - b);
  throw new InputError('bad-argument', { expected: 'batch sizes of 1 or more', found: `[${batches}]`, remedy: 'Leave them out for 1, 2, 3, 4, 8.' });
}

function inputSize({ imageSize }: Yolov10, { height, width }: ValidateOptions): { height: number; width: number } {
  const size = { height: height ?? imageSize?.height ?? 640, width: width ?? imageSize?.width ?? 640 };
  if (Object.values(size).every((side) => side > 0 && side % 32 === 0)) return size;
  throw new InputError('bad-argument', { expected: 'height and width that are multiples of 32', found: `${size.height}x${size.width}`, remedy: 'Leave them out for the file\'s own.' });
}

function checkPictures(pictures: readonly TestPicture[], height: number, width: number): void {
  const wrong = pictures.find(({ pixels }) => pixels.length !== 3 * height * width);
  if (pictures.length > 0 && !wrong) return;
  throw new InputError('bad-tensor', {
    expected: `pictures of 3·${height}·${width} numbers`,
    found: wrong ? `${wrong.pixels.length} in "${wrong.name}"` : 'none',
    remedy: 'Letterbox the pictures to the input size, or leave them out for drawn patterns.',
  });
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
}
