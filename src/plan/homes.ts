import { InputError } from '../core/errors.ts';
import type { AttentionLayer, ConcatLayer, DetectLayer, FeatureMap, Layer } from '../yolov10/layers.ts';
import { anchorCount, rowCount } from '../yolov10/network.ts';
import { blocksOf4 } from './weights.ts';

/** A piece of activation memory that one or several maps share; all counts per image. */
export interface Allocation {
  label: string;
  pixels: number;
  /** vec4 (four channels) per pixel. */
  vectors: number;
}

/** Where a map lives: a channel range of an allocation; `firstPixel` where the head stacks its levels. */
export interface Home {
  allocation: Allocation;
  /** First vec4 of a pixel. */
  offset: number;
  firstPixel: number;
}

/** Homes of all maps at one input size. */
export interface Homes {
  of(map: FeatureMap): Home;
  /** The stacked logits of the head. */
  logits: Allocation;
}

/**
 * Gives every map a home such that concatenations, splits and shortcuts cost nothing: the inputs of a concat are channel
 * ranges of its output, the halves of a split are ranges of its input, and a sum takes the place of its shortcut where
 * that is not needed afterwards. Works backwards, since it is the consumer that decides where a map must lie.
 */
export function assignHomes(layers: readonly Layer[], height: number, width: number): Homes {
  const assigner = new HomeAssigner(layers, height, width);
  for (const layer of [...layers].reverse()) assigner.visit(layer);
  return assigner;
}

class HomeAssigner implements Homes {
  logits!: Allocation;
  private readonly homes = new Map<string, Home>();
  private readonly lastUse = new Map<string, Layer>();
  private readonly height: number;
  private readonly width: number;

  constructor(layers: readonly Layer[], height: number, width: number) {
    this.height = height;
    this.width = width;
    for (const layer of layers) for (const map of inputsOf(layer)) this.lastUse.set(map.name, layer);
  }

  of(map: FeatureMap): Home {
    return this.homes.get(map.name) ?? this.fresh(map);
  }

  visit(layer: Layer): void {
    switch (layer.kind) {
      case 'detect':
        return this.stackHead(layer);
      case 'concat':
        return this.placeInputs(layer);
      case 'split':
        this.homes.set(layer.input.name, this.of(layer.outputs[0]));
        return;
      case 'add': {
        const sum = this.of(layer.output);
        const [shortcut] = layer.inputs;
        if (!this.homes.has(shortcut.name) && this.lastUse.get(shortcut.name) === layer) this.homes.set(shortcut.name, sum);
        return;
      }
      case 'attention': {
        checkHeads(layer);
        checkFours(`channels of keys and queries in "${layer.path}"`, 2 * layer.heads * layer.keyDim);
        const qkv = this.of(layer.input);
        this.homes.set(layer.value.name, { ...qkv, offset: qkv.offset + (2 * layer.heads * layer.keyDim) / 4 });
        return;
      }
      default:
    }
  }

  private placeInputs(layer: ConcatLayer): void {
    const home = this.of(layer.output);
    let { offset } = home;
    for (const map of layer.inputs) {
      checkFours(`channels of "${map.name}"`, map.channels);
      this.homes.set(map.name, { ...home, offset });
      offset += map.channels / 4;
    }
  }

  private stackHead(layer: DetectLayer): void {
    checkClasses(layer.classCount, rowCount(this.height, this.width));
    const boxVectors = layer.bins;
    this.logits = { label: 'logits', pixels: anchorCount(this.height, this.width), vectors: boxVectors + blocksOf4(layer.classCount) };
    let firstPixel = 0;
    layer.boxes.forEach((boxes, level) => {
      this.homes.set(boxes.name, { allocation: this.logits, offset: 0, firstPixel });
      this.homes.set(layer.classes[level]!.name, { allocation: this.logits, offset: boxVectors, firstPixel });
      firstPixel += this.pixelsOf(boxes);
    });
  }

  private fresh(map: FeatureMap): Home {
    const allocation = { label: map.name, pixels: this.pixelsOf(map), vectors: blocksOf4(map.channels) };
    const home = { allocation, offset: 0, firstPixel: 0 };
    this.homes.set(map.name, home);
    return home;
  }

  private pixelsOf(map: FeatureMap): number {
    return (this.height / map.stride) * (this.width / map.stride);
  }
}

/** Maps a layer reads. */
export function inputsOf(layer: Layer): readonly FeatureMap[] {
  if (layer.kind === 'detect') return [...layer.boxes, ...layer.classes];
  if (layer.kind === 'concat' || layer.kind === 'add') return layer.inputs;
  return [layer.input];
}

/** Of all widths the reference can run itself, those heads divide; there are no others to agree with. */
function checkHeads({ path, heads, headDim }: AttentionLayer): void {
  if (Number.isInteger(headDim)) return;
  throw new InputError('unsupported', {
    expected: `channels that the ${heads} heads of "${path}" divide`,
    found: String(headDim * heads),
    remedy: 'Choose another width: the reference cannot run this one either.',
  });
}

/** Kernels take channels by fours. */
function checkFours(what: string, count: number): void {
  if (count % 4 === 0) return;
  throw new InputError('unsupported', {
    expected: `a multiple of four ${what}`,
    found: String(count),
    remedy: 'All published scales have one; other custom widths cannot be run.',
  });
}

/** Kernels that select rows number an image's candidates, rows × classes of them, in 24 bits (shared/select.wgsl). */
const MOST_CANDIDATES = 2 ** 24;

function checkClasses(count: number, rows: number): void {
  const most = Math.floor(MOST_CANDIDATES / rows);
  if (count <= most) return;
  throw new InputError('unsupported', {
    expected: `at most ${most} classes for ${rows} rows`,
    found: String(count),
    remedy: 'Networks of more classes cannot be run: train one with fewer.',
  });
}
