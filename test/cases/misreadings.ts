import { type DraftStep, finishSteps } from '../../src/plan/draft.ts';
import { type Homes, assignHomes } from '../../src/plan/homes.ts';
import { lowerLayers } from '../../src/plan/lower.ts';
import type { BufferRange } from '../../src/plan/plan.ts';
import { softwarePolicy } from '../../src/plan/policy.ts';
import { layoutWeights } from '../../src/plan/weights.ts';
import { type ScaleName, scaleConfig } from '../../src/yolov10/config.ts';
import type { FeatureMap, Layer } from '../../src/yolov10/layers.ts';
import { drawNetwork } from '../../src/yolov10/network.ts';

/** Whether two ranges share a byte. */
export const meet = (a: BufferRange, b: BufferRange): boolean => a.offset < b.offset + b.size && b.offset < a.offset + a.size;

/** Which reads meet something else than the map they mean: all of activation memory is followed, vec4 by vec4. */
export function misreadings(scale: ScaleName, height: number, width: number, edit = (drafts: DraftStep[]): DraftStep[] => drafts): string[] {
  const layers = drawNetwork(scaleConfig(scale));
  const homes = assignHomes(layers, height, width);
  const drafts = edit(lowerLayers({ layers, height, width, policy: softwarePolicy, weights: layoutWeights(layers), homes }));
  const { steps } = finishSteps(drafts);
  const memory = new Memory(layers, homes);
  const [images] = drafts[0]!.reads;
  memory.write(images!, steps[0]!.buffers['input']!);
  return drafts.flatMap((draft, i) => {
    const { buffers } = steps[i]!;
    const rangeOf = (map: FeatureMap): BufferRange => {
      const [name] = Object.entries(draft.buffers).find(([, buffer]) => buffer === homes.of(map).allocation)!;
      return buffers[name]!;
    };
    const wrong = draft.reads.filter((map) => !memory.holds(map, rangeOf(map)));
    for (const map of draft.makes) memory.write(map, rangeOf(map));
    if (draft.makes.length === 0) for (const name of ['boxes', 'scores', 'chosen']) if (buffers[name]) memory.spoil(buffers[name]);
    return wrong.map((map) => `${draft.label} reads ${map.name}`);
  });
}

/** What was last written where: per range, by first pixel and vec4, a map and a vec4 of it. */
class Memory {
  private readonly homes: Homes;
  private readonly parents = new Map<string, () => string[]>();
  private contents: { range: BufferRange; cells: Map<string, string> }[] = [];

  constructor(layers: readonly Layer[], homes: Homes) {
    this.homes = homes;
    for (const layer of layers) {
      if (layer.kind === 'concat') this.parents.set(layer.output.name, () => layer.inputs.flatMap((input) => this.cellsOf(input)));
      if (layer.kind === 'split') {
        const half = layer.input.channels / 8;
        layer.outputs.forEach(({ name }, i) => this.parents.set(name, () => this.cellsOf(layer.input).slice(i * half, (i + 1) * half)));
      }
      if (layer.kind === 'attention') this.parents.set(layer.value.name, () => this.cellsOf(layer.input).slice((layer.heads * layer.keyDim) / 2));
    }
  }

  write(map: FeatureMap, range: BufferRange): void {
    this.spoil(range, (other) => other.offset !== range.offset || other.size !== range.size);
    let content = this.contents.find((known) => known.range.offset === range.offset);
    if (!content) this.contents.push((content = { range, cells: new Map() }));
    this.cellsOf(map).forEach((cell, i) => content.cells.set(this.placeOf(map, i), cell));
  }

  /** Forgets everything that lies in a range. */
  spoil(range: BufferRange, where = (_other: BufferRange): boolean => true): void {
    this.contents = this.contents.filter((known) => !(meet(known.range, range) && where(known.range)));
  }

  holds(map: FeatureMap, range: BufferRange): boolean {
    const content = this.contents.find((known) => known.range.offset === range.offset && known.range.size === range.size);
    return content !== undefined && this.cellsOf(map).every((cell, i) => content.cells.get(this.placeOf(map, i)) === cell);
  }

  private placeOf(map: FeatureMap, index: number): string {
    const { offset, firstPixel } = this.homes.of(map);
    return `${firstPixel}:${offset + index}`;
  }

  /** The pieces that steps write of which a map is made. */
  private cellsOf(map: FeatureMap): string[] {
    return this.parents.get(map.name)?.() ?? Array.from({ length: Math.ceil(map.channels / 4) }, (_, i) => `${map.name}#${i}`);
  }
}
