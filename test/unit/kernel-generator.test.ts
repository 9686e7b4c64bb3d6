import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assembleKernel, kernelNames, stripComments } from '../../tools/kernels/assemble.ts';
import { describeKernel, type KernelDescription } from '../../tools/kernels/describe.ts';

const FRAGMENT = '/* a /* nested */ remark */\nconst SLOPE: f32 = 1.5e-1;\nfn leak(x: f32) -> f32 { return select(SLOPE * x, x, x > 0.0); }\n';
const KERNEL = `// what it does
//! use shared/leak.wgsl
const WIDTH: u32 = 8u;
const FLAG: bool = true;
const HALF: u32 = WIDTH / 2u;
struct Shape { batch: u32, origin: vec2i, scale: vec4<f32>, last: f32 }
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(0) var<uniform> shape: Shape;
@group(0) @binding(1) var<storage> x: array<f32>; // read by default
@compute @workgroup_size(WIDTH)
fn main(@builtin(global_invocation_id) id: vec3u) { if (id.x < shape.batch) { y[id.x] = leak(x[id.x]); } }
`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernels-'));
  mkdirSync(join(folder, 'shared'));
  writeFileSync(join(folder, 'shared', 'leak.wgsl'), FRAGMENT);
});
afterAll(() => rmSync(folder, { recursive: true }));

function described(text: string): KernelDescription {
  writeFileSync(join(folder, 'probe.wgsl'), text);
  return describeKernel(assembleKernel(folder, 'probe'));
}

describe('a kernel', () => {
  test('yields its bindings, uniform layout and literal constants', () => {
    expect(described(KERNEL)).toMatchObject({
      bindings: [
        { name: 'shape', binding: 0, access: 'uniform' },
        { name: 'x', binding: 1, access: 'read' },
        { name: 'y', binding: 2, access: 'read_write' },
      ],
      uniforms: {
        size: 48,
        fields: [
          { name: 'batch', offset: 0, type: 'u32' },
          { name: 'origin', offset: 8, type: 'vec2i' },
          { name: 'scale', offset: 16, type: 'vec4f' },
          { name: 'last', offset: 32, type: 'f32' },
        ],
      },
      constants: { SLOPE: { type: 'f32', value: 0.15 }, WIDTH: { type: 'u32', value: 8 }, FLAG: { type: 'bool', value: true } },
    });
    expect(described(KERNEL).constants).not.toHaveProperty('HALF');
  });

  test('keeps its code and loses its comments', () => {
    expect(described(KERNEL).source).toMatch(/^const SLOPE: f32 = 1.5e-1;\nfn leak/);
    expect(stripComments('a // b\n\n/* c */ d / e * f\n')).toBe('a\n d / e * f\n');
  });

  test('knows which file each line is from', () => {
    described(KERNEL);
    const { text, origins } = assembleKernel(folder, 'probe');
    const line = text.split('\n').findIndex((content) => content.startsWith('fn leak'));
    expect(origins[line]).toEqual({ file: join(folder, 'shared/leak.wgsl'), line: 3 });
    expect(kernelNames(folder)).toEqual(['probe']);
  });

  test.each([
    ['@group(1)', KERNEL.replace('@group(0) @binding(1)', '@group(1) @binding(1)'), 'must be in @group(0)'],
    ['a binding twice', KERNEL.replace('@binding(2)', '@binding(1)'), 'binding number twice'],
    ['no main', KERNEL.replace('fn main', 'fn entry'), 'named main'],
    ['two uniforms', `${KERNEL}@group(0) @binding(3) var<uniform> other: Shape;`, 'one uniform'],
    ['a matrix in the uniforms', KERNEL.replace('last: f32', 'last: mat4x4f'), 'only 32-bit scalars'],
    ['nonsense', 'struct {', 'wgsl_reflect cannot read it'],
  ])('with %s is refused', (_name, text, message) => {
    expect(() => described(text)).toThrow(message);
  });
});
