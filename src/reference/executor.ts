import type { Executor, PlanInput, Visitor } from '../plan/executor.ts';
import { type BufferRange, type Plan, type Space, type Step, stepsOf } from '../plan/plan.ts';
import { readView } from '../plan/view.ts';
import { twins } from './twins.ts';

type Memory = Record<Space, ArrayBufferView>;

/** Runs plans without a GPU, by the kernels' twins: slow, sure, and for comparing. */
export class ReferenceExecutor implements Executor {
  private readonly weights: Uint8Array;

  /** @param weights as `packWeights` gives them */
  constructor(weights: ArrayBuffer) {
    this.weights = new Uint8Array(weights);
  }

  maxBatch(): number {
    return Number.MAX_SAFE_INTEGER;
  }

  async run(plan: Plan, input: PlanInput): Promise<Float32Array> {
    const memory = this.memoryFor(plan, input);
    for (const step of stepsOf(plan, input.kind)) runStep(step, memory, input.batch);
    return floatsOf(memory.rows);
  }

  async trace(plan: Plan, input: PlanInput, visit: Visitor): Promise<void> {
    const memory = this.memoryFor(plan, input);
    for (const step of stepsOf(plan, input.kind)) {
      runStep(step, memory, input.batch);
      for (const view of step.outputs) {
        await visit(view, readView(view, floatsOf(rangeOf(memory, view.range, input.batch)), input.batch), step);
      }
    }
  }

  dispose(): void {
    // Nothing but memory, which the garbage collector frees.
  }

  private memoryFor(plan: Plan, input: PlanInput): Memory {
    const nothing = new Uint8Array();
    return {
      weights: this.weights,
      activations: new Uint8Array(plan.activationBytes * input.batch),
      rows: new Uint8Array(plan.rows * 6 * 4 * input.batch),
      tensor: input.kind === 'tensor' ? input.data : nothing,
      pixels: input.kind === 'pictures' ? input.pixels : nothing,
      placements: input.kind === 'pictures' ? input.placements : nothing,
    };
  }
}

function runStep({ kernel, uniforms, constants, buffers }: Step, memory: Memory, batch: number): void {
  const range = (name: string): ArrayBufferView => rangeOf(memory, buffers[name]!, batch);
  twins[kernel]({ batch, uniforms, constants, floats: (name) => floatsOf(range(name)), words: (name) => wordsOf(range(name)) });
}

function rangeOf(memory: Memory, { space, offset, size }: BufferRange, batch: number): ArrayBufferView {
  const { buffer, byteOffset, byteLength } = memory[space];
  const images = space === 'weights' ? 1 : batch;
  return new Uint8Array(buffer, byteOffset + offset * images, size === 0 ? byteLength : size * images);
}

const floatsOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Float32Array => new Float32Array(buffer, byteOffset, byteLength / 4);
const wordsOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint32Array => new Uint32Array(buffer, byteOffset, byteLength / 4);
