import { expect } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { processorTime } from './hostile.ts';

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

/** The InputError that a call must end with, within a second of processor time. */
export async function complaint(call: () => Promise<unknown>): Promise<{ code: string; message: string }> {
  const started = processorTime();
  const error = await call().then(() => undefined, (reason: unknown) => reason as Error & { code: string; expected: string; found: string; remedy: string });
  expect(processorTime() - started).toBeLessThan(1000);
  expect(error, 'nothing was refused').toBeDefined();
  expect(error!.name, error!.stack).toBe('InputError');
  for (const part of ['expected', 'found', 'remedy'] as const) expect(error![part].length).toBeGreaterThan(0);
  return { code: error!.code, message: error!.message };
}
