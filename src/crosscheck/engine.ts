/** Numbers with their shape, row-major. */
export interface NumberTensor {
  data: Float32Array;
  dims: readonly number[];
}

/** Receives tensors by their ONNX names in the order they are computed, as [batch, channels, height, width]. */
export type TensorVisitor = (name: string, values: Float32Array) => void;

/** This project's engine with the model loaded, as validation uses it. */
export interface Engine {
  /** What ran it, e.g. an adapter's description. */
  name: string;
  /** Detections [batch, rows, 6] of images [batch, 3, height, width], RGB in 0..1. */
  run(images: NumberTensor): Promise<NumberTensor>;
  /** Shows every tensor of a run; left out where that cannot be had. */
  trace?(images: NumberTensor, visit: TensorVisitor): Promise<void>;
}

/** What validation needs of a detector: this project's own fits. */
export interface TracingDetector {
  run(images: { data: Float32Array; dims: readonly number[] }): Promise<NumberTensor>;
  trace(images: { data: Float32Array; dims: readonly number[] }, visit: (tensor: { name: string }, values: Float32Array) => void): Promise<void>;
}

/** A loaded detector as the engine of a validation. `name` is what reports call it. */
export function engineOf(detector: TracingDetector, name: string): Engine {
  return {
    name,
    run: (images) => detector.run(images),
    trace: (images, visit) => detector.trace(images, (tensor, values) => visit(tensor.name, values)),
  };
}

/** Another engine that runs the file itself, wiring included. */
export interface Peer {
  name: string;
  /** The file's first output. Rejects where the engine cannot run the file at this batch, which is a finding. */
  run(images: NumberTensor): Promise<NumberTensor>;
  /** Those of the named tensors that the file has. */
  tensors?(images: NumberTensor, names: readonly string[]): Promise<Map<string, Float32Array>>;
  /** The same file with its float16 arithmetic done in float32, to be disposed of by itself. */
  inFloat32?(): Promise<Peer>;
  dispose?(): Promise<void>;
}
