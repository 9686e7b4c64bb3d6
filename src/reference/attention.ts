import type { Dispatch, Twin } from './dispatch.ts';

/** Twin of attention.wgsl, whose elements are four channels. */
export const attention: Twin = (dispatch) => attend(dispatch, 4);
/** Twin of attention_any.wgsl, whose elements are single channels. */
export const attentionAny: Twin = (dispatch) => attend(dispatch, 1);

/** Per head, the whole row of softmax weights of a query, then the weighted sum of values. */
function attend(dispatch: Dispatch, channelsPerElement: number): void {
  const { cells, heads, key: keyElements, value: valueElements, scale } = dispatch.uniforms as Record<'cells' | 'heads' | 'key' | 'value' | 'scale', number>;
  const [keyDim, valueDim] = [keyElements * channelsPerElement, valueElements * channelsPerElement];
  const qkv = dispatch.floats('qkv');
  const output = dispatch.floats('output');
  const perCell = heads * (2 * keyDim + valueDim);

  for (let image = 0; image < dispatch.batch; image++) {
    for (let head = 0; head < heads; head++) {
      const cell = (index: number): number => (image * cells + index) * perCell;
      const query = (index: number): number => cell(index) + head * keyDim;
      const key = (index: number): number => cell(index) + (heads + head) * keyDim;
      const value = (index: number): number => cell(index) + 2 * heads * keyDim + head * valueDim;
      for (let n = 0; n < cells; n++) {
        const weights = softmax(Float64Array.from({ length: cells }, (_, m) => scale * dot(qkv, query(n), key(m), keyDim)));
        const sums = new Float64Array(valueDim);
        for (let m = 0; m < cells; m++) {
          for (let d = 0; d < valueDim; d++) sums[d]! += weights[m]! * qkv[value(m) + d]!;
        }
        output.set(sums, ((image * cells + n) * heads + head) * valueDim);
      }
    }
  }
}

function dot(values: Float32Array, a: number, b: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += values[a + i]! * values[b + i]!;
  return sum;
}

/** exp(x) / Σ exp(x), shifted by the maximum. */
export function softmax(values: Float64Array): Float64Array {
  const highest = Math.max(...values);
  const powers = values.map((value) => Math.exp(value - highest));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
