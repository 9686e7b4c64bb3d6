import type { NetworkConfig, StageConfig } from './config.ts';
import type { Activation, FeatureMap, Layer } from './layers.ts';

interface ConvOptions {
  kernel?: number;
  stride?: 1 | 2;
  groups?: number;
  activation?: Activation;
  /** True for the head's last convolutions, which are bare and not wrapped in a conv-norm-activation module. */
  bare?: boolean;
}

/** Collects layers in execution order; each method is one block of the paper and returns what it computes. */
export class Drawing {
  readonly layers: Layer[] = [];

  /** Conv → batch norm (folded) → SiLU. */
  conv(x: FeatureMap, path: string, out: number, options: ConvOptions = {}): FeatureMap {
    const { kernel = 1, stride = 1, groups = 1, activation = 'silu', bare = false } = options;
    const node = nodePath(path);
    const name = activation === 'silu' ? `${node}/act/Mul_output_0` : `${node}${bare ? '' : '/conv'}/Conv_output_0`;
    const output: FeatureMap = { name, channels: out, stride: x.stride * stride };
    this.layers.push({ kind: 'conv', path, input: x, output, kernel, stride, groups, activation });
    return output;
  }

  /** Depthwise convolution: one filter per channel. */
  depthwise(x: FeatureMap, path: string, options: Omit<ConvOptions, 'groups'> = {}): FeatureMap {
    return this.conv(x, path, x.channels, { kernel: 3, ...options, groups: x.channels });
  }

  split(x: FeatureMap, path: string): [FeatureMap, FeatureMap] {
    const half = (index: number): FeatureMap => ({ name: `${nodePath(path)}/Split_output_${index}`, channels: x.channels / 2, stride: x.stride });
    const outputs: [FeatureMap, FeatureMap] = [half(0), half(1)];
    this.layers.push({ kind: 'split', input: x, outputs });
    return outputs;
  }

  concat(inputs: FeatureMap[], path: string): FeatureMap {
    const channels = inputs.reduce((sum, map) => sum + map.channels, 0);
    const output: FeatureMap = { name: `${nodePath(path)}/Concat_output_0`, channels, stride: inputs[0]!.stride };
    this.layers.push({ kind: 'concat', inputs, output });
    return output;
  }

  add(shortcut: FeatureMap, x: FeatureMap, name: string): FeatureMap {
    const output: FeatureMap = { ...x, name };
    this.layers.push({ kind: 'add', inputs: [shortcut, x], output });
    return output;
  }

  upsample(x: FeatureMap, path: string): FeatureMap {
    const output: FeatureMap = { name: `${nodePath(path)}/Resize_output_0`, channels: x.channels, stride: x.stride / 2 };
    this.layers.push({ kind: 'upsample', input: x, output });
    return output;
  }

  /** Spatial then channel downsampling, decoupled: 1×1, then depthwise 3×3 stride 2 without activation. */
  scdown(x: FeatureMap, path: string, out: number): FeatureMap {
    const pointwise = this.conv(x, `${path}.cv1`, out);
    return this.depthwise(pointwise, `${path}.cv2`, { stride: 2, activation: 'none' });
  }

  /** Two 3×3 convolutions. */
  bottleneck(x: FeatureMap, path: string, shortcut: boolean): FeatureMap {
    const inner = this.conv(x, `${path}.cv1`, x.channels, { kernel: 3 });
    const y = this.conv(inner, `${path}.cv2`, x.channels, { kernel: 3 });
    return shortcut ? this.add(x, y, `${nodePath(path)}/Add_output_0`) : y;
  }

  /** Compact inverted block: depthwise, 1×1 to twice the width, depthwise (7×7 when large), 1×1 back, depthwise. */
  cib(x: FeatureMap, path: string, large: boolean): FeatureMap {
    let y = this.depthwise(x, `${path}.cv1.0`);
    y = this.conv(y, `${path}.cv1.1`, x.channels * 2);
    y = this.depthwise(y, `${path}.cv1.2`, { kernel: large ? 7 : 3 });
    y = this.conv(y, `${path}.cv1.3`, x.channels);
    y = this.depthwise(y, `${path}.cv1.4`);
    return this.add(x, y, `${nodePath(path)}/Add_output_0`);
  }

  /** Cross-stage stage: split, chain of blocks on one half, concat of every intermediate, 1×1. */
  c2f(x: FeatureMap, path: string, stage: StageConfig, shortcut: boolean): FeatureMap {
    const parts = [...this.split(this.conv(x, `${path}.cv1`, stage.hidden * 2), path)];
    for (let i = 0; i < stage.repeats; i++) {
      const last = parts.at(-1)!;
      const block = `${path}.m.${i}`;
      parts.push(stage.block === 'bottleneck' ? this.bottleneck(last, block, shortcut) : this.cib(last, block, stage.block === 'cib-large'));
    }
    return this.conv(this.concat(parts, path), `${path}.cv2`, stage.out);
  }

  /** Spatial pyramid pooling, fast: three chained 5×5 max pools. */
  sppf(x: FeatureMap, path: string, config: NetworkConfig['sppf']): FeatureMap {
    const parts = [this.conv(x, `${path}.cv1`, config.hidden)];
    for (const module of ['m', 'm_1', 'm_2']) {
      const input = parts.at(-1)!;
      const output: FeatureMap = { ...input, name: `${nodePath(path)}/${module}/MaxPool_output_0` };
      this.layers.push({ kind: 'pool', input, output });
      parts.push(output);
    }
    return this.conv(this.concat(parts, path), `${path}.cv2`, config.out);
  }

  /** Partial self-attention: half of the channels pass by, the other half is attended to and fed forward. */
  psa(x: FeatureMap, path: string, config: NetworkConfig['psa']): FeatureMap {
    const [a, b] = this.split(this.conv(x, `${path}.cv1`, config.hidden * 2), path);
    const attended = this.add(b, this.attention(b, `${path}.attn`, config), `${nodePath(path)}/Add_output_0`);
    const wide = this.conv(attended, `${path}.ffn.0`, config.ffn);
    const narrow = this.conv(wide, `${path}.ffn.1`, config.hidden, { activation: 'none' });
    const fed = this.add(attended, narrow, `${nodePath(path)}/Add_1_output_0`);
    return this.conv(this.concat([a, fed], path), `${path}.cv2`, x.channels);
  }

  /** Multi-head self-attention over cells, plus the positional encoding: a depthwise 3×3 on v. */
  attention(x: FeatureMap, path: string, config: NetworkConfig['psa']): FeatureMap {
    const { heads, keyDim } = config;
    const headDim = x.channels / heads;
    const qkv = this.conv(x, `${path}.qkv`, heads * (2 * keyDim + headDim), { activation: 'none' });
    const node = nodePath(path);
    const value: FeatureMap = { ...x, name: `${node}/Reshape_2_output_0` };
    const output: FeatureMap = { ...x, name: `${node}/Reshape_1_output_0` };
    this.layers.push({ kind: 'attention', path, input: qkv, value, output, heads, keyDim, headDim });
    const encoded = this.depthwise(value, `${path}.pe`, { activation: 'none' });
    return this.conv(this.add(output, encoded, `${node}/Add_output_0`), `${path}.proj`, x.channels, { activation: 'none' });
  }

  /** The one-to-one head on three levels: box distribution and class logits, no non-maximum suppression. */
  detect(levels: FeatureMap[], path: string, config: NetworkConfig['head']): void {
    const boxes = levels.map((x, i) => {
      const branch = `${path}.one2one_cv2.${i}`;
      const inner = this.conv(this.conv(x, `${branch}.0`, config.boxChannels, { kernel: 3 }), `${branch}.1`, config.boxChannels, { kernel: 3 });
      return this.conv(inner, `${branch}.2`, 4 * config.bins, { activation: 'none', bare: true });
    });
    const classes = levels.map((x, i) => {
      const branch = `${path}.one2one_cv3.${i}`;
      const first = this.conv(this.depthwise(x, `${branch}.0.0`), `${branch}.0.1`, config.classChannels);
      const second = this.conv(this.depthwise(first, `${branch}.1.0`), `${branch}.1.1`, config.classChannels);
      return this.conv(second, `${branch}.2`, config.classCount, { activation: 'none', bare: true });
    });
    this.layers.push({ kind: 'detect', path, boxes, classes, classCount: config.classCount, bins: config.bins, output: 'output0' });
  }
}

/** `model.22.m.0.cv1.2` as the exporter writes a scope: `/model.22/m.0/cv1/cv1.2`; numbered children repeat their parent. */
export function nodePath(path: string): string {
  const scopes: string[] = [];
  for (const part of path.split('.')) {
    const last = scopes.at(-1);
    if (!/^\d+$/.test(part) || last === undefined) scopes.push(part);
    else if (last === 'model' || last === 'm' || /^one2one_cv\d$/.test(last)) scopes[scopes.length - 1] = `${last}.${part}`;
    else scopes.push(`${last}.${part}`);
  }
  return `/${scopes.join('/')}`;
}
