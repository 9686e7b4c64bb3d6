import { parsedAddress } from '../core/address.ts';
import { InputError } from '../core/errors.ts';
import { checkStatus } from '../core/http-errors.ts';
import { Patience } from '../core/patience.ts';

const LONGEST_NAME = 80;

/**
 * Downloads a picture file.
 * @param otherwise what to do where nothing is wrong with the address
 * @param signal ends the download; its reason is thrown
 * @returns the file, and the address as short as messages need it
 * @throws InputError 'bad-argument' for an address that is none, 'not-found', 'offline'
 */
export async function fetchPicture(address: string, otherwise: string, signal?: AbortSignal): Promise<{ blob: Blob; name: string }> {
  const name = address.length > LONGEST_NAME ? `${address.slice(0, LONGEST_NAME - 3)}...` : address;
  const expected = `a picture at ${name}`;
  if (/^https?:/i.test(address) && !parsedAddress(address)) {
    throw new InputError('bad-argument', { expected: 'an address such as https://example.org/picture.jpg', found: name, remedy: 'Check its spelling.' });
  }
  let otherwiseFound = 'no answer that may be read';
  const patience = new Patience((found, cause) => new InputError('offline', {
    expected, found: found ?? otherwiseFound, remedy: `Check the address and the network, or ${otherwise}`,
  }, { cause }), signal);
  const answer = await patience.answer(address);
  checkStatus(answer, expected, otherwise);
  otherwiseFound = 'an answer that broke off';
  const parts: BlobPart[] = [];
  for await (const part of patience.parts(answer)) parts.push(part);
  return { blob: new Blob(parts, { type: answer.headers.get('content-type') ?? '' }), name };
}
