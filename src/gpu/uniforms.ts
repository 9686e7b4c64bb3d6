import { type Kernel, kernels } from '../kernels.gen.ts';
import type { Step } from '../plan/plan.ts';
import { ALIGNMENT, align } from '../plan/weights.ts';

/** Uniform structs of all steps, each at its own aligned slot of one buffer. */
export class UniformBlock {
  readonly data: ArrayBuffer;
  readonly offsets: number[];
  private readonly batchFields: number[];

  constructor(steps: readonly Step[]) {
    const sizes = steps.map((step) => align(kernelOf(step).uniforms?.size ?? 0));
    this.offsets = sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0));
    this.data = new ArrayBuffer(Math.max(ALIGNMENT, sizes.reduce((a, b) => a + b, 0)));
    this.batchFields = steps.map((step, i) => this.write(step, this.offsets[i]!));
  }

  /** Sets the batch in every struct: the one thing that changes from run to run. */
  setBatch(batch: number): void {
    const view = new DataView(this.data);
    for (const offset of this.batchFields) view.setUint32(offset, batch, true);
  }

  /** Writes a step's fields and returns where its batch goes. */
  private write(step: Step, base: number): number {
    const view = new DataView(this.data);
    let batchField = base;
    for (const { name, offset, type } of kernelOf(step).uniforms?.fields ?? []) {
      const value = step.uniforms[name];
      if (name === 'batch') batchField = base + offset;
      else if (value === undefined) throw new Error(`step ${step.label} lacks uniform ${name}`);
      else if (type === 'f32') view.setFloat32(base + offset, value, true);
      else view.setUint32(base + offset, value, true);
    }
    return batchField;
  }
}

function kernelOf(step: Step): Kernel {
  return kernels[step.kernel];
}
