import { InputError } from './errors.ts';

/** Said by every call after `dispose()`. */
export function disposedError(): InputError {
  return new InputError('disposed', { expected: 'a detector in use', found: 'one that was disposed', remedy: 'Load the model again.' });
}

/** What WebGPU says of a device that went away (GPUDeviceLostInfo), as an error with a remedy. */
export function deviceLostError({ reason, message }: { reason?: string; message: string }): InputError {
  return new InputError('device-lost', {
    expected: 'a working GPU device',
    found: `it was lost (${reason || 'unknown'}): ${message}`,
    remedy: 'Close other GPU-heavy programs or lower the batch, then load the model again.',
  });
}
