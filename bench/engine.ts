/** An engine under test, inside its own process. */
export interface Engine {
  /** Everything from the model's bytes to being ready for a run. */
  load(model: Uint8Array): Promise<void>;
  /** Input [batch, 3, size, size], RGB in 0..1; rows [batch, 300, 6]: x1, y1, x2, y2, score, class. */
  run(input: Float32Array, batch: number, size: number): Promise<Float32Array>;
}

export type EngineName = 'own' | 'onnxruntime' | 'reference';

/** Milliseconds of runs, and the rows of the last. */
export interface Timing {
  milliseconds: number[];
  rows: Float32Array;
}

/** An engine in a process or page of its own, seen from the bench. */
export interface EngineHandle {
  readonly name: EngineName;
  /** Loads the bench's model and runs once: milliseconds from the start of loading to the first rows. */
  first(batch: number, size: number): Promise<Timing>;
  /** Runs so many times. */
  run(batch: number, size: number, runs: number): Promise<Timing>;
  /** Counts the WebGPU calls of one run; null where they happen outside JavaScript. */
  count(batch: number, size: number): Promise<Counts | null>;
  close(): Promise<void>;
}

/** What the bench asks of an engine's process; every request is answered with one `Reply`. */
export type Request =
  /** Loads the model and runs once: milliseconds from the start of loading to the first rows. */
  | { kind: 'first'; model: Uint8Array; batch: number; size: number }
  /** Runs `runs` times: milliseconds of each, and the last rows. */
  | { kind: 'run'; batch: number; size: number; runs: number }
  /** Runs once and counts WebGPU calls; null where they happen outside JavaScript. */
  | { kind: 'count'; batch: number; size: number };

export type Reply =
  | { kind: 'times'; milliseconds: number[]; rows: Float32Array }
  | { kind: 'counts'; counts: Counts | null }
  | { kind: 'failed'; message: string };

/** WebGPU calls of one run, and the bytes of all buffers alive after it. */
export interface Counts {
  dispatches: number;
  submits: number;
  created: number;
  gpuBytes: number;
}

/** The input both engines get: noise, the same for the same batch and size. */
export function benchInput(batch: number, size: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length: batch * 3 * size * size }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator
    return state / 2 ** 32;
  });
}
