import { InputError } from './errors.ts';

/**
 * Refuses an answer that is no success.
 * @param expected what was asked for and where, e.g. `a file at https://example.org/model.onnx`
 * @param otherwise what to do where nothing is wrong with the address
 * @throws InputError 'not-found', or 'offline' where the server failed
 */
export function checkStatus(response: Response, expected: string, otherwise: string): void {
  if (response.ok) return;
  const { status, statusText } = response;
  const denied = status === 401 || status === 403;
  throw new InputError(status >= 500 ? 'offline' : 'not-found', {
    expected,
    found: `HTTP status ${status} ${statusText}`.trimEnd(),
    remedy: `${denied ? 'The address is private or does not exist; check its spelling' : 'Check the address'}, or ${otherwise}`,
  });
}
