import { InputError } from '../core/errors.ts';

/** One message for whoever sits at the terminal; the trace of a defect of ours only on request. */
export function explain(error: unknown): string {
  if (error instanceof InputError) return error.message;
  if (!(error instanceof Error)) return String(error);
  if (process.env.YOLOV10_DEBUG) return error.stack ?? error.message;
  return `unexpected ${error.name}: ${error.message}. This is a defect: please report it with the output of YOLOV10_DEBUG=1.`;
}
