/** One dispatch as a twin sees it: the step's numbers, and views of the memory its buffers cover for the whole batch. */
export interface Dispatch {
  batch: number;
  uniforms: Readonly<Record<string, number>>;
  constants: Readonly<Record<string, number | boolean>>;
  /** A buffer by its name in the kernel, as float32. */
  floats(buffer: string): Float32Array;
  /** The same memory as unsigned integers. */
  words(buffer: string): Uint32Array;
}

/** Does in plain TypeScript, and plainly, what the kernel of the same name does. */
export type Twin = (dispatch: Dispatch) => void;
