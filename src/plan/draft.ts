import type { KernelName } from '../kernels.gen.ts';
import type { FeatureMap, Layer } from '../yolov10/layers.ts';
import type { Allocation } from './homes.ts';
import { type Lifetime, livenessBound, packLifetimes } from './memory.ts';
import type { BufferRange, Grid, Plan, Step, TensorView } from './plan.ts';
import { align } from './weights.ts';

/** A buffer of a step whose place in memory is not decided yet, or already is. */
export type DraftBuffer = Allocation | BufferRange;

/** A view whose memory is not decided yet. */
export type DraftView = Omit<TensorView, 'range'> & { allocation: Allocation };

/** How to read back a list of `count` vectors per image, as [batch, 1, count, length]. */
export function listView(name: string, allocation: Allocation, count: number, length: number): DraftView {
  return { name, allocation, width: length, height: count, channels: 1, pixelStride: 1, channelOffset: 0, imagePixels: count * length, firstPixel: 0 };
}

/** A step before memory is laid out. */
export interface DraftStep {
  label: string;
  kernel: KernelName;
  constants: Record<string, number | boolean>;
  buffers: Record<string, DraftBuffer>;
  uniforms: Record<string, number>;
  grid: Grid;
  outputs: DraftView[];
  flops: number;
  /** Maps it reads and makes, for the liveness bound. */
  reads: readonly FeatureMap[];
  makes: readonly FeatureMap[];
}

/** Lays out the activations of the drafted steps and fixes every buffer range. */
export function finishSteps(drafts: readonly DraftStep[]): { steps: Step[]; activationBytes: number } {
  const lifetimes = allocationLifetimes(drafts);
  const { offsets, bytes } = packLifetimes([...lifetimes.values()]);
  const ranges = new Map([...lifetimes].map(([allocation, { bytes: size }], i): [Allocation, BufferRange] =>
    [allocation, { space: 'activations', offset: offsets[i]!, size }]));
  const rangeOf = (buffer: DraftBuffer): BufferRange => ('space' in buffer ? buffer : ranges.get(buffer)!);
  const steps = drafts.map(({ buffers, outputs, reads: _reads, makes: _makes, ...draft }): Step => ({
    ...draft,
    buffers: Object.fromEntries(Object.entries(buffers).map(([name, buffer]) => [name, rangeOf(buffer)])),
    outputs: outputs.map(({ allocation, ...view }) => ({ ...view, range: rangeOf(allocation) })),
  }));
  return { steps, activationBytes: bytes };
}

function allocationLifetimes(drafts: readonly DraftStep[]): Map<Allocation, Lifetime> {
  const lifetimes = new Map<Allocation, Lifetime>();
  drafts.forEach(({ buffers }, step) => {
    for (const buffer of Object.values(buffers)) {
      if ('space' in buffer) continue;
      const known = lifetimes.get(buffer);
      if (known) known.last = step;
      else lifetimes.set(buffer, { bytes: align(buffer.pixels * buffer.vectors * 16), first: step, last: step });
    }
  });
  return lifetimes;
}

/**
 * The liveness bound of the feature maps themselves, as float32 without any padding: a concatenation is its inputs, a
 * half of a split is part of what was split.
 */
export function mapLivenessBound(drafts: readonly DraftStep[], layers: readonly Layer[], height: number, width: number): Plan['livenessBound'] {
  const sources = sourceLookup(layers);
  const lifetimes = new Map<string, Lifetime>();
  drafts.forEach((draft, step) => {
    for (const map of draft.makes) {
      const bytes = ((height * width) / map.stride ** 2) * map.channels * 4;
      lifetimes.set(map.name, { bytes, first: step, last: step });
    }
    for (const map of draft.reads.flatMap(sources)) {
      const lifetime = lifetimes.get(map.name);
      if (lifetime) lifetime.last = step;
    }
  });
  return livenessBound([...lifetimes.values()]);
}

function sourceLookup(layers: readonly Layer[]): (map: FeatureMap) => FeatureMap[] {
  const parents = new Map<string, readonly FeatureMap[]>();
  for (const layer of layers) {
    if (layer.kind === 'concat') parents.set(layer.output.name, layer.inputs);
    if (layer.kind === 'split') for (const half of layer.outputs) parents.set(half.name, [layer.input]);
    if (layer.kind === 'attention') parents.set(layer.value.name, [layer.input]);
  }
  const sources = (map: FeatureMap): FeatureMap[] => parents.get(map.name)?.flatMap(sources) ?? [map];
  return sources;
}
