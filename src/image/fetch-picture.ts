import { InputError } from '../core/errors.ts';
import { checkStatus } from '../core/http-errors.ts';

const PATIENCE_MS = 60_000;
const LONGEST_NAME = 80;

/**
 * Downloads a picture file.
 * @param otherwise what to do where nothing is wrong with the address
 * @returns the file, and the address as short as messages need it
 * @throws InputError 'bad-argument' for an address that is none, 'not-found', 'offline'
 */
export async function fetchPicture(address: string, otherwise: string): Promise<{ blob: Blob; name: string }> {
  const name = address.length > LONGEST_NAME ? `${address.slice(0, LONGEST_NAME - 3)}...` : address;
  const expected = `a picture at ${name}`;
  if (/^https?:/i.test(address) && !URL.canParse(address)) {
    throw new InputError('bad-argument', { expected: 'an address such as https://example.org/picture.jpg', found: name, remedy: 'Check its spelling.' });
  }
  const failed = (found: string) => (cause: unknown): never => {
    throw new InputError('offline', { expected, found, remedy: `Check the address and the network, or ${otherwise}` }, { cause });
  };
  const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) }).catch(failed('no answer that may be read'));
  checkStatus(answer, expected, otherwise);
  return { blob: await answer.blob().catch(failed('an answer that broke off')), name };
}
