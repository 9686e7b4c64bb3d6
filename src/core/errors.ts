/** What went wrong, in the three parts every user-facing message has. */
export interface Complaint {
  /** What the program needed, e.g. `a weight of shape [64,32,3,3] for "model.4.cv1"`. */
  expected: string;
  /** What it got instead, e.g. `[64,16,3,3]`. */
  found: string;
  /** What the user can do about it, a full sentence or question. */
  remedy: string;
}

/** Stable names of the ways an input can be wrong; scripts may switch on them. */
export type ErrorCode =
  | 'not-onnx' // bytes that are no ONNX model: empty, HTML, git-LFS pointer, truncated, another format
  | 'not-yolov10' // an ONNX model whose weights are not those of a YOLOv10
  | 'bad-weights' // a weight missing, of the wrong shape or type, NaN or infinite, or a network quantised to integers
  | 'external-data' // weights kept in another file that is missing, too short or outside the folder
  | 'bad-image' // not a picture, truncated, empty, too large, of another site, or pixels of the wrong length
  | 'bad-tensor' // tensor of the wrong shape, length or type
  | 'bad-argument' // an option outside its range
  | 'no-webgpu' // no adapter, or one below the limits needed
  | 'out-of-memory' // the GPU has no room for even one image of this size
  | 'device-lost' // the GPU device went away and could not be brought back
  | 'disposed' // used after dispose()
  | 'not-found' // a file, folder, address or optional package that is not there
  | 'offline' // a download that failed
  | 'unsupported'; // valid, but not something this project does

/** A user's mistake or an environment's lack: reported as one message, never as a stack trace. */
export class InputError extends Error {
  readonly code: ErrorCode;
  readonly expected: string;
  readonly found: string;
  readonly remedy: string;

  constructor(code: ErrorCode, complaint: Complaint, options?: ErrorOptions) {
    super(`expected ${complaint.expected}, found ${complaint.found}. ${complaint.remedy}`, options);
    this.name = 'InputError';
    this.code = code;
    this.expected = complaint.expected;
    this.found = complaint.found;
    this.remedy = complaint.remedy;
  }
}

/** Whether something thrown is an error of this kind. */
export function isOf(error: unknown, code: ErrorCode): error is InputError {
  return error instanceof InputError && error.code === code;
}
