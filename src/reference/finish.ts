import type { Dispatch } from './dispatch.ts';
import type { Geometry } from './geometry.ts';

/** Ends one output pixel of a convolution: activation, shortcut, and into its place. `sums` hold the bias already. */
export type Finish = (sums: Float64Array, pixel: number) => void;

export function finisher(dispatch: Dispatch, { outOffset, residualOffset }: Geometry): Finish {
  const { SILU: activated, RESIDUAL: shortcut } = dispatch.constants;
  const output = dispatch.floats('output');
  return (sums, pixel) => {
    for (let channel = 0; channel < sums.length; channel++) {
      const sum = sums[channel]!;
      const value = activated ? sum / (1 + Math.exp(-sum)) : sum;
      output[pixel + outOffset + channel] = value + (shortcut ? output[pixel + residualOffset + channel]! : 0);
    }
  };
}
