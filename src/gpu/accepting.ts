import { InputError } from '../core/errors.ts';

/**
 * Puts work on the queue and waits for the device to say that it is valid; what is not, a queue drops without a word, and
 * zeros are read back.
 * @param what what is to be run, as the error shall say
 * @throws InputError 'unsupported'
 */
export async function accepting(device: GPUDevice, what: string, submit: () => void): Promise<void> {
  device.pushErrorScope('validation');
  let outcome: Promise<GPUError | null> | undefined;
  try {
    submit();
  } finally {
    outcome = device.popErrorScope();
    outcome.catch(() => {}); // awaited below, unless `submit` threw
  }
  const error = await outcome;
  if (!error) return;
  throw new InputError('unsupported', {
    expected: `a GPU that runs ${what}`,
    found: `one that refuses: ${error.message}`,
    remedy: 'Use a smaller batch or input size, or choose another adapter.',
  });
}
