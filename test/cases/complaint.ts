import { InputError } from '../../src/core/errors.ts';

/** The complaint that an action ends in. */
export function complaintOf(action: () => unknown): InputError {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
