import { compilePlan } from '../../src/plan/compile.ts';
import type { DraftStep } from '../../src/plan/draft.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { softwarePolicy } from '../../src/plan/policy.ts';
import type { Layer } from '../../src/yolov10/layers.ts';
import { type KernelCase, normal } from './kernel-case.ts';
import { randomOf } from './seeded-model.ts';

/** The kernels that take a run's input. */

const network: Layer[] = [{
  kind: 'conv', path: 'model.0', kernel: 3, stride: 2, groups: 1, activation: 'silu',
  input: { name: 'images', channels: 3, stride: 1 }, output: { name: 'y', channels: 4, stride: 2 },
}];

function entryStep(kind: keyof Plan['entry'], height: number, width: number): DraftStep {
  return { ...compilePlan(network, height, width, softwarePolicy).entry[kind], outputs: [], reads: [], makes: [] };
}

export const packTensorCases = (): KernelCase[] => [[1, 32, 32], [3, 32, 96], [5, 64, 32]].map(([batch, height, width]) => {
  const count = batch! * height! * width!;
  return {
    title: `pack_tensor: ${batch}×${height}×${width}`, batch: batch!, step: entryStep('tensor', height!, width!),
    memory: { tensor: normal(count * 3, 1), output: normal(count * 4, 2) }, results: ['output'], tolerance: 0, flops: 0,
  };
});

/** Where a picture goes in a canvas. */
interface Place {
  width: number;
  height: number;
  newWidth: number;
  newHeight: number;
  left: number;
  top: number;
}

export const letterboxCases = (): KernelCase[] => [
  letterboxCase('as it is', 32, 32, [{ width: 32, height: 32, newWidth: 32, newHeight: 32, left: 0, top: 0 }]),
  letterboxCase('larger', 64, 96, [{ width: 17, height: 9, newWidth: 96, newHeight: 51, left: 0, top: 6 }]),
  letterboxCase('smaller', 32, 64, [{ width: 301, height: 203, newWidth: 47, newHeight: 32, left: 8, top: 0 }]),
  letterboxCase('one pixel', 32, 64, [{ width: 1, height: 1, newWidth: 32, newHeight: 32, left: 16, top: 0 }]),
  letterboxCase('one row', 64, 64, [{ width: 200, height: 1, newWidth: 64, newHeight: 1, left: 0, top: 31 }]),
  letterboxCase('odd padding', 64, 64, [{ width: 50, height: 41, newWidth: 63, newHeight: 51, left: 0, top: 6 }]),
  letterboxCase('five of different sizes', 64, 96, [
    { width: 96, height: 64, newWidth: 96, newHeight: 64, left: 0, top: 0 },
    { width: 3, height: 200, newWidth: 1, newHeight: 64, left: 47, top: 0 },
    { width: 1, height: 1, newWidth: 64, newHeight: 64, left: 16, top: 0 },
    { width: 640, height: 480, newWidth: 85, newHeight: 64, left: 5, top: 0 },
    { width: 31, height: 7, newWidth: 96, newHeight: 22, left: 0, top: 21 },
  ]),
];

function letterboxCase(name: string, height: number, width: number, places: Place[]): KernelCase {
  const random = randomOf(places[0]!.width);
  const areas = places.map((place) => place.width * place.height);
  const pixels = Uint32Array.from({ length: areas.reduce((a, b) => a + b, 0) }, () => random() * 2 ** 32);
  const firstPixels = areas.map((_, i) => areas.slice(0, i).reduce((a, b) => a + b, 0));
  const placements = Uint32Array.from(places.flatMap((p, i) => [firstPixels[i]!, p.width, p.height, p.newWidth, p.newHeight, p.left, p.top, 0]));
  return {
    title: `letterbox: ${name}, ${height}×${width}`, batch: places.length, step: entryStep('pictures', height, width),
    memory: { pixels, placements, output: normal(places.length * height * width * 4, 3) },
    // A coordinate near 640 is known to half a ten-thousandth of a pixel, and neighbours here differ by all of the range.
    results: ['output'], tolerance: 3e-4, flops: 0,
  };
}
