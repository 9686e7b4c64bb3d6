import type { Dispatch } from './dispatch.ts';
import type { Geometry } from './geometry.ts';

/** Ends one output pixel of a convolution: activation, shortcut, and into its place. `sums` hold the bias already. */
export type Finish = (sums: Float64Array, pixel: number) => void;

export function finisher(dispatch: Dispatch, { outOffset, residualOffset, silu, residual }: Geometry): Finish {
  const output = dispatch.floats('output');
  return (sums, pixel) => {
    for (let channel = 0; channel < sums.length; channel++) {
      const sum = sums[channel]!;
      const value = silu ? sum / (1 + Math.exp(-sum)) : sum;
      output[pixel + outOffset + channel] = value + (residual ? output[pixel + residualOffset + channel]! : 0);
    }
  };
}
