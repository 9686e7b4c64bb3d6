import type { Plan, Step, TensorView } from './plan.ts';

/** A run's input, for `batch` images. */
export type PlanInput =
  | { kind: 'tensor'; batch: number; /** [batch, 3, height, width], RGB in 0..1. */ data: Float32Array }
  | {
      kind: 'pictures';
      batch: number;
      /** RGBA8 of all pictures, one after another. */
      pixels: Uint32Array;
      /** Per picture: first pixel, width, height, new width, new height, left, top, 0 (see letterbox.wgsl). */
      placements: Uint32Array;
    };

/** Receives one tensor as [batch, channels, height, width], by its ONNX name, right after its step ran. */
export type Visitor = (tensor: TensorView, values: Float32Array, step: Step) => void | Promise<void>;

/** What runs plans: the WebGPU executor and its plain-TypeScript reference. */
export interface Executor {
  /** Rows [batch, plan.rows, 6]: x1, y1, x2, y2 in input pixels, score, class. */
  run(plan: Plan, input: PlanInput): Promise<Float32Array>;
  /** Runs one step at a time and shows every tensor; slow, for comparing. */
  trace(plan: Plan, input: PlanInput, visit: Visitor): Promise<void>;
  /** Largest batch one run can take at this plan's size; 0 where it has no room for even one image. */
  maxBatch(plan: Plan): number;
  dispose(): void;
}
