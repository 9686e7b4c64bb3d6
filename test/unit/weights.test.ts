import { describe, expect, test } from 'vitest';
import { type WeightBlock, ALIGNMENT, layoutWeights, packWeights } from '../../src/plan/weights.ts';
import { SCALE_NAMES, scaleConfig } from '../../src/yolov10/config.ts';
import type { AttentionLayer, ConvLayer, FeatureMap } from '../../src/yolov10/layers.ts';
import { drawNetwork } from '../../src/yolov10/network.ts';
import { type ConvShape, convCase } from '../cases/kernel-conv.ts';
import { normal } from '../cases/kernel-case.ts';
import { runTwin } from '../cases/kernel-run.ts';
import { seededNetwork } from '../cases/seeded-model.ts';
import { softwarePolicy } from '../../src/plan/policy.ts';

const map = (name: string, channels: number): FeatureMap => ({ name, channels, stride: 1 });

function convLayer(path: string, inChannels: number, outChannels: number, kernel: number, groups = 1): ConvLayer {
  return { kind: 'conv', path, input: map(`${path}.x`, inChannels), output: map(`${path}.y`, outChannels), kernel, stride: 1, groups, activation: 'silu' };
}

const floats = (buffer: ArrayBuffer, { offset, size }: { offset: number; size: number }): Float32Array => new Float32Array(buffer, offset, size / 4);

describe('the layout of weights', () => {
  test.each(SCALE_NAMES)('%s: blocks are aligned, lie apart and fill the buffer', (scale) => {
    const { blocks, bytes } = layoutWeights(drawNetwork(scaleConfig(scale)));
    const ranges = [...blocks.values()].flatMap(({ weight, bias }) => [weight, bias]).sort((a, b) => a.offset - b.offset);
    expect(ranges.length).toBeGreaterThan(160);
    ranges.forEach(({ offset, size }, i) => {
      expect(offset % ALIGNMENT).toBe(0);
      const end = ranges[i + 1]?.offset ?? bytes;
      expect(end - offset - size).toBeGreaterThanOrEqual(0);
      expect(end - offset - size).toBeLessThan(ALIGNMENT);
    });
  });

  test('channels are padded to four', () => {
    const { blocks } = layoutWeights([convLayer('a', 3, 91, 3), convLayer('b', 10, 10, 7, 10)]);
    expect(blocks.get('a')).toMatchObject({ in: 4, out: 92, weight: { size: 4 * 92 * 9 * 4 }, bias: { size: 92 * 4 }, depthwise: false });
    expect(blocks.get('b')).toMatchObject({ out: 12, weight: { size: 12 * 49 * 4 }, depthwise: true });
  });
});

describe('packing weights', () => {
  test('puts four outputs of one input together, padding with zeros', () => {
    const layer = convLayer('a', 2, 3, 1);
    const layout = layoutWeights([layer]);
    const packed = packWeights(layout, new Map([['a', { weight: Float32Array.of(11, 12, 21, 22, 31, 32), bias: Float32Array.of(1, 2, 3) }]]));
    const block = layout.blocks.get('a')!;
    expect([...floats(packed, block.weight)]).toEqual([11, 21, 31, 0, 12, 22, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect([...floats(packed, block.bias)]).toEqual([1, 2, 3, 0]);
  });

  test('puts the channels of a depthwise tap together', () => {
    const layer = convLayer('a', 3, 3, 3, 3);
    const layout = layoutWeights([layer]);
    const weight = Float32Array.from({ length: 27 }, (_, i) => 100 * Math.floor(i / 9) + (i % 9));
    const packed = packWeights(layout, new Map([['a', { weight, bias: new Float32Array(3) }]]));
    const taps = [...floats(packed, layout.blocks.get('a')!.weight)];
    expect(taps.slice(0, 8)).toEqual([0, 100, 200, 0, 1, 101, 201, 0]);
    expect(taps.slice(-4)).toEqual([8, 108, 208, 0]);
  });

  test('reorders q, k and v from head by head to one after another', () => {
    const qkv = convLayer('attn.qkv', 4, 16, 1);
    const attention: AttentionLayer = {
      kind: 'attention', path: 'attn', input: qkv.output, value: map('v', 8), output: map('o', 8), heads: 2, keyDim: 2, headDim: 4,
    };
    const layout = layoutWeights([qkv, attention]);
    const order = [0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15]; // q0 q1 | k0 k1 | v0 v1
    expect(layout.blocks.get('attn.qkv')!.order).toEqual(order);
    const weight = Float32Array.from({ length: 64 }, (_, i) => Math.floor(i / 4));
    const packed = packWeights(layout, new Map([['attn.qkv', { weight, bias: Float32Array.from(weight.filter((_, i) => i % 4 === 0)) }]]));
    const block = layout.blocks.get('attn.qkv')!;
    expect([...floats(packed, block.bias)]).toEqual(order);
    expect(unpack(packed, block, 1)[0]).toEqual(order.map((channel) => [channel, channel, channel, channel]));
  });

  test('keeps every weight of a network once', () => {
    const { layers, weights } = seededNetwork('n', { classCount: 5 });
    const layout = layoutWeights(layers);
    const packed = new Float32Array(packWeights(layout, weights));
    const count = [...weights.values()].reduce((sum, { weight, bias }) => sum + weight.filter(Boolean).length + bias.filter(Boolean).length, 0);
    expect(packed.filter(Boolean)).toHaveLength(count);
  });
});

/** From here on the sum as textbooks write it, on weights as files hold them, against packing, addressing and twin together. */
describe('a packed convolution is the convolution', () => {
  const shapes: ConvShape[] = [
    { batch: 2, height: 5, width: 4, inChannels: 3, outChannels: 6, kernel: 3 },
    { batch: 1, height: 6, width: 8, inChannels: 5, outChannels: 3, kernel: 3, stride: 2 },
    { batch: 3, height: 2, width: 3, inChannels: 9, outChannels: 10, kernel: 1, activation: 'none' },
    { batch: 1, height: 5, width: 5, inChannels: 8, outChannels: 8, kernel: 7, depthwise: true },
    { batch: 2, height: 4, width: 6, inChannels: 8, outChannels: 8, kernel: 3, stride: 2, depthwise: true, activation: 'none' },
  ];
  test.each(shapes)('%o', (shape) => {
    const seed = 77;
    const kernelCase = convCase(shape, seed, softwarePolicy.conv({ pixels: 1, inChannels: 1, outChannels: 1, kernel: 1 }));
    const packed = runTwin(kernelCase)['output']!;
    const vectors = Math.ceil(shape.outChannels / 4) * 4;
    const expected = textbook(shape, kernelCase.memory['input'] as Float32Array, seed);
    const found = expected.map((_, i) => packed[Math.floor(i / shape.outChannels) * vectors + (i % shape.outChannels)]!);
    const worst = Math.max(...found.map((value, i) => Math.abs(value - expected[i]!)));
    expect(worst).toBeLessThan(1e-5);
    expect(Math.max(...expected)).toBeGreaterThan(0.5);
  });
});

/** [batch, pixels, outChannels] of a case of `convCase` with the same seed. */
function textbook({ batch, height, width, inChannels, outChannels, kernel, stride = 1, depthwise, activation }: ConvShape, input: Float32Array, seed: number): number[] {
  const perGroup = depthwise ? 1 : inChannels;
  const fanIn = perGroup * kernel * kernel;
  const weight = normal(outChannels * fanIn, seed, 1.5 / Math.sqrt(fanIn));
  const bias = normal(outChannels, seed + 1);
  const padded = Math.ceil(inChannels / 4) * 4;
  const output: number[] = [];
  for (let b = 0; b < batch; b++) for (let y = 0; y < height / stride; y++) for (let x = 0; x < width / stride; x++) for (let o = 0; o < outChannels; o++) {
    let sum = bias[o]!;
    for (let i = 0; i < perGroup; i++) for (let ky = 0; ky < kernel; ky++) for (let kx = 0; kx < kernel; kx++) {
      const [row, column] = [y * stride + ky - (kernel - 1) / 2, x * stride + kx - (kernel - 1) / 2];
      if (row < 0 || row >= height || column < 0 || column >= width) continue;
      sum += weight[((o * perGroup + i) * kernel + ky) * kernel + kx]! * input[((b * height + row) * width + column) * padded + (depthwise ? o : i)]!;
    }
    output.push(activation === 'none' ? sum : sum / (1 + Math.exp(-sum)));
  }
  return output;
}

/** Back to [tap][out][in]. */
function unpack(buffer: ArrayBuffer, block: WeightBlock, taps: number): number[][][] {
  const packed = floats(buffer, block.weight);
  const at = (tap: number, o: number, i: number): number => packed[(((o >> 2) * taps + tap) * (block.in / 4) + (i >> 2)) * 16 + (i & 3) * 4 + (o & 3)]!;
  return Array.from({ length: taps }, (_, tap) => Array.from({ length: block.out }, (__, o) => Array.from({ length: block.in }, (___, i) => at(tap, o, i))));
}
