import { InputError } from '../core/errors.ts';
import { checkStatus } from '../core/http-errors.ts';
import { Patience } from '../core/patience.ts';
import type { ByteRequest } from './contract.ts';
import { isRemote } from './locate.ts';

/** A file as the server gave it; `validator` changes when the file does, undefined where the server gives none. */
export interface StoredFile {
  bytes: Uint8Array<ArrayBuffer>;
  validator: string | undefined;
}

/** Where downloads are kept between runs. Failing to find or to keep one is no error. */
export interface DownloadStore {
  get(address: string): Promise<StoredFile | undefined>;
  put(address: string, file: StoredFile): Promise<void>;
}

/** How long a server may take to say whether a stored file is current; after that the stored one serves. */
const CHECK_LIMIT_MS = 5_000;

/**
 * Downloads a file unless the store has the server's present version of it. Where neither can be had nor asked for, the
 * stored one serves.
 *
 * @throws InputError `not-found`, `offline`, or `not-onnx` where a web page came back.
 */
export async function download(address: string, store: DownloadStore | undefined, request: ByteRequest): Promise<Uint8Array<ArrayBuffer>> {
  const kept = isRemote(address) ? store : undefined; // blob: and data: are at hand already
  const stored = await kept?.get(address);
  if (stored && (await isCurrent(address, stored, request.signal))) return stored.bytes;
  try {
    const file = await fetchWhole(address, request);
    await kept?.put(address, file);
    return file.bytes;
  } catch (error) {
    if (stored && error instanceof InputError) return stored.bytes;
    throw error;
  }
}

async function isCurrent(address: string, stored: StoredFile, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const patience = new Patience((_silence, cause) => cause, signal, CHECK_LIMIT_MS);
    const response = await patience.answer(address, { method: 'HEAD' });
    const cannotTell = response.status >= 500; // others may refuse to be asked, and answer a download
    return cannotTell || (stored.validator !== undefined && validatorOf(response) === stored.validator);
  } catch (error) {
    if (signal?.aborted) throw error;
    return true; // offline
  }
}

function validatorOf({ headers }: Response): string | undefined {
  return headers.get('etag') ?? headers.get('last-modified') ?? undefined;
}

/** Downloads without a store, whole or not at all. Aborting rejects with the signal's reason, `onProgress` with its own. */
export async function fetchWhole(address: string, { signal, onProgress, cache }: ByteRequest): Promise<StoredFile> {
  const patience = new Patience((found, cause) => offline(address, found ?? causeOf(cause), cause), signal);
  const response = await patience.answer(address, cache === false ? { cache: 'no-store' } : {}); // a browser keeps files of its own
  checkStatus(response, `a file at ${address}`, 'download the file yourself and pass the path.');
  const total = announcedLength(response);
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  for await (const part of patience.parts(response)) {
    chunks.push(part);
    loaded += part.length;
    onProgress?.({ url: address, loaded, total: total !== undefined && loaded > total ? undefined : total });
  }
  checkLength(address, loaded, total);
  return { bytes: checkKind(address, joined(chunks, loaded)), validator: validatorOf(response) };
}

function announcedLength(response: Response): number | undefined {
  const length = response.headers.get('content-length');
  const encoding = response.headers.get('content-encoding') ?? 'identity'; // with another the length is not the file's
  return length !== null && encoding === 'identity' ? Number(length) : undefined;
}

function joined(chunks: Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** More than announced is whole: browsers hide from a page that another site compressed its answer, not the length of that. */
function checkLength(address: string, loaded: number, total: number | undefined): void {
  if (total === undefined || loaded >= total) return;
  throw offline(address, `only ${loaded} of ${total} bytes`);
}

function checkKind(address: string, bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  if (!start.startsWith('<!doctype') && !start.startsWith('<html')) return bytes;
  throw new InputError('not-onnx', {
    expected: `a file at ${address}`,
    found: 'a web page (HTML)',
    remedy: 'Use the address of the file itself: on a model hub, the one of its download button.',
  });
}

function offline(address: string, found: string, cause?: unknown): InputError {
  return new InputError('offline', {
    expected: `to download ${address}`,
    found,
    remedy: 'Check the connection and try again, or pass the path of a file on this machine.',
  }, { cause });
}

function causeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || (cause as { code?: string }).code || cause.name : String(cause);
}
