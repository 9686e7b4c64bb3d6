import { InputError, isOf } from '../core/errors.ts';

/**
 * Makes something out of buffers, and frees it again where they do not all fit on the GPU.
 * @param what what there is too little room for, as the error shall say
 * @throws InputError 'out-of-memory'
 */
export async function allocating<T extends { destroy(): void }>(device: GPUDevice, what: string, make: () => T): Promise<T> {
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const made = make();
  const errors = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const error = errors.find((found) => found !== null);
  if (!error) return made;
  made.destroy();
  throw new InputError('out-of-memory', {
    expected: `room for ${what} on the GPU`,
    found: error.message,
    remedy: 'Use a smaller batch or input size.',
  });
}

/** What `make` makes, or what `otherwise` does where the GPU has no room for that. */
export async function orWhereFull<T>(make: () => Promise<T>, otherwise: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    if (isOf(error, 'out-of-memory')) return otherwise();
    throw error;
  }
}
