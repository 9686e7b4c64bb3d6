import type { DraftStep } from '../../src/plan/draft.ts';
import type { Home } from '../../src/plan/homes.ts';
import { gpuPolicy, type Policy, softwarePolicy } from '../../src/plan/policy.ts';
import { blocksOf4 } from '../../src/plan/weights.ts';
import type { DetectLayer, FeatureMap } from '../../src/yolov10/layers.ts';
import { LEVEL_STRIDES, anchorCount, rowCount } from '../../src/yolov10/network.ts';
import { type KernelCase, lower, normal } from './kernel-case.ts';
import { randomOf } from './seeded-model.ts';

/** The head's kernels: decoding and the two selections. */

interface HeadShape {
  batch: number;
  height: number;
  width: number;
  classes: number;
  /** Bins per box side; 16 where left out. */
  bins?: number;
}

type HeadKernel = 'decode' | Policy['selection']['anchors' | 'rows'];

/** Sizes with fewer anchors than rows (21, 84, 294, 126), with a few more (336) and many more (2100). */
const shapes: HeadShape[] = [
  { batch: 3, height: 32, width: 32, classes: 80 },
  { batch: 1, height: 64, width: 64, classes: 1 },
  { batch: 2, height: 64, width: 224, classes: 91 },
  { batch: 5, height: 128, width: 128, classes: 3 },
  { batch: 2, height: 320, width: 320, classes: 80 },
  { batch: 2, height: 96, width: 64, classes: 6, bins: 8 },
  { batch: 3, height: 64, width: 32, classes: 5, bins: 7 },
];

function headStep(kernel: HeadKernel, { height, width, classes, bins = 16 }: HeadShape): DraftStep {
  const map = (name: string, channels: number, stride: number): FeatureMap => ({ name, channels, stride });
  const boxes = LEVEL_STRIDES.map((stride) => map(`box ${stride}`, 4 * bins, stride));
  const logits = LEVEL_STRIDES.map((stride) => map(`class ${stride}`, classes, stride));
  const layer: DetectLayer = { kind: 'detect', path: 'model.23', boxes, classes: logits, classCount: classes, bins, output: 'output0' };
  const allocation = { label: 'logits', pixels: anchorCount(height, width), vectors: bins + blocksOf4(classes) };
  const homes = new Map([...boxes, ...logits].map((level): [FeatureMap, Home] => [level, { allocation, offset: 0, firstPixel: 0 }]));
  return lower([layer], { height, width, homes, logits: allocation, policy: policyOf(kernel) }).steps.find((step) => step.kernel === kernel)!;
}

const policyOf = (kernel: HeadKernel): Policy => (kernel.endsWith('_serial') ? softwarePolicy : gpuPolicy);
const floatsPerAnchor = ({ classes, bins = 16 }: HeadShape): number => 4 * (bins + blocksOf4(classes));
const titleOf = (kernel: HeadKernel, { batch, height, width, classes, bins = 16 }: HeadShape, note: string): string =>
  `${kernel}: ${batch}×${height}×${width}, ${classes} classes, ${anchorCount(height, width)} anchors, ${bins} bins, ${note}`;

export const decodeCases = (): KernelCase[] => [
  ...shapes.map((shape) => decodeCase(shape, 'logits as usual', 2)),
  decodeCase(shapes[3]!, 'saturated logits', 60),
];

function decodeCase(shape: HeadShape, note: string, deviation: number): KernelCase {
  const count = shape.batch * anchorCount(shape.height, shape.width);
  return {
    title: titleOf('decode', shape, note), batch: shape.batch, step: headStep('decode', shape),
    memory: { logits: normal(count * floatsPerAnchor(shape), 1, deviation), boxes: normal(count * 4, 2), scores: normal(count, 3) },
    results: ['boxes', 'scores'], tolerance: 1e-5, flops: 0,
  };
}

/** The kernels that make a selection, whatever the adapter. */
const kernelsOf = (what: 'anchors' | 'rows'): HeadKernel[] => [gpuPolicy, softwarePolicy].map(({ selection }) => selection[what]);

/** Ways scores can lie, the difficult ones: ties at the cut, in one byte only, everywhere. */
const scoreKinds: Record<string, (random: () => number) => number> = {
  'all different': (random) => random(),
  'eight values': (random) => Math.floor(random() * 8) / 8,
  'all equal': () => 0.25,
  'all zero': () => 0,
  'nearly equal': (random) => 0.5 + Math.floor(random() * 300) * 2 ** -24,
  'very small': (random) => 2 ** -(20 + 100 * random()),
};

export const selectAnchorsCases = (): KernelCase[] =>
  kernelsOf('anchors').flatMap((kernel) => shapes.flatMap((shape) => Object.keys(scoreKinds).map((kind) => selectAnchorsCase(kernel, shape, kind))));

function selectAnchorsCase(kernel: HeadKernel, shape: HeadShape, kind: string): KernelCase {
  const { batch, height, width } = shape;
  const random = randomOf(7);
  const scores = Float32Array.from({ length: batch * anchorCount(height, width) }, () => scoreKinds[kind]!(random));
  return {
    title: titleOf(kernel, shape, kind), batch, step: headStep(kernel, shape),
    memory: { scores, chosen: new Uint32Array(batch * rowCount(height, width)) }, results: ['chosen'], tolerance: 0, flops: 0,
  };
}

/** Logits whose sigmoids are the same or far apart, so that rounding does not decide the order. */
const logitKinds: Record<string, (random: () => number) => number> = {
  'many ties': (random) => Math.round(random() * 512 - 256) / 64,
  'all equal': () => -1,
  'beyond the ends': (random) => Math.round(random() * 9 - 4.5) * 30,
};

export const selectRowsCases = (): KernelCase[] =>
  kernelsOf('rows').flatMap((kernel) => shapes.flatMap((shape) => Object.keys(logitKinds).map((kind) => selectRowsCase(kernel, shape, kind))));

function selectRowsCase(kernel: HeadKernel, shape: HeadShape, kind: string): KernelCase {
  const { batch, height, width } = shape;
  const anchors = anchorCount(height, width);
  const rows = rowCount(height, width);
  const random = randomOf(8);
  const logits = Float32Array.from({ length: batch * anchors * floatsPerAnchor(shape) }, () => logitKinds[kind]!(random));
  const chosen = Array.from({ length: batch }, () => shuffled(anchors, random).slice(0, rows));
  return {
    title: titleOf(kernel, shape, kind), batch, step: headStep(kernel, shape),
    memory: { logits, boxes: normal(batch * anchors * 4, 9, 100), chosen: Uint32Array.from(chosen.flat()), detections: normal(batch * rows * 6, 10) },
    results: ['detections'], tolerance: 1e-8, flops: 0, // beside coordinates up to 500, so 5e-6 of a score
  };
}

function shuffled(count: number, random: () => number): number[] {
  return Array.from({ length: count }, (_, i) => ({ i, key: random() })).sort((a, b) => a.key - b.key).map(({ i }) => i);
}
