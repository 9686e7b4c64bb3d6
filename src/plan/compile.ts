import type { Layer } from '../yolov10/layers.ts';
import { checkInputSize } from '../yolov10/input-size.ts';
import { rowCount } from '../yolov10/network.ts';
import { type DraftStep, finishSteps, mapLivenessBound } from './draft.ts';
import { assignHomes } from './homes.ts';
import { lowerLayers } from './lower.ts';
import { type LoweringContext, threadsOf, viewOf } from './lowering.ts';
import type { BufferRange, Plan } from './plan.ts';
import type { Policy } from './policy.ts';
import { type WeightLayout, layoutWeights } from './weights.ts';

/**
 * Compiles a network for one input size, in pixels; the batch stays open.
 * @throws InputError 'bad-argument' unless height and width are positive multiples of 32
 */
export function compilePlan(layers: readonly Layer[], height: number, width: number, policy: Policy, weights: WeightLayout = layoutWeights(layers)): Plan {
  checkInputSize(height, width);
  const context: LoweringContext = { layers, height, width, policy, weights, homes: assignHomes(layers, height, width) };
  const drafts = lowerLayers(context);
  // The entry step shares its memory with the first layer's input, whichever of the two kinds runs.
  const entries = (['pictures', 'tensor'] as const).map((kind) => lowerEntry(context, kind));
  const { steps, activationBytes } = finishSteps([...entries, ...drafts]);
  return {
    height,
    width,
    rows: rowCount(height, width),
    entry: { pictures: steps[0]!, tensor: steps[1]! },
    steps: steps.slice(2),
    activationBytes,
    livenessBound: mapLivenessBound([...entries, ...drafts], layers, height, width),
  };
}

function lowerEntry(context: LoweringContext, kind: 'pictures' | 'tensor'): DraftStep {
  const { height, width, homes, layers } = context;
  const first = layers[0]!;
  if (first.kind !== 'conv') throw new Error('a network starts with a convolution');
  const images = first.input;
  const output = homes.of(images).allocation;
  const input = (space: BufferRange['space'], size = 0): BufferRange => ({ space, offset: 0, size });
  const kernel = kind === 'pictures' ? 'letterbox' : 'pack_tensor';
  const shared: Omit<DraftStep, 'uniforms' | 'buffers'> = {
    label: kernel,
    kernel,
    grid: { items: height * width, perGroup: threadsOf(kernel), y: 1, batchAxis: 'x' },
    constants: {},
    outputs: [viewOf(context, images)],
    flops: 0,
    reads: [],
    makes: [images],
  };
  return kind === 'pictures'
    ? { ...shared, uniforms: { width, height }, buffers: { pixels: input('pixels'), placements: input('placements'), output } }
    : { ...shared, uniforms: { pixels: height * width }, buffers: { tensor: input('tensor', 3 * height * width * 4), output } };
}
