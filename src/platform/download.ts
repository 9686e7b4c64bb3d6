import { InputError } from '../core/errors.ts';
import type { ByteRequest } from './contract.ts';

/** A file as the server gave it; `validator` changes when the file does, undefined where the server gives none. */
export interface StoredFile {
  bytes: Uint8Array<ArrayBuffer>;
  validator: string | undefined;
}

/** Where downloads are kept between runs. Failing to keep one is no error. */
export interface DownloadStore {
  get(address: string): Promise<StoredFile | undefined>;
  put(address: string, file: StoredFile): Promise<void>;
}

const SILENCE_LIMIT_MS = 30_000;
/** How long a server may take to say whether a stored file is current; after that the stored one serves. */
const CHECK_LIMIT_MS = 5_000;

/**
 * Downloads a file unless the store has the server's present version of it; offline, the stored one serves.
 *
 * @throws InputError `not-found`, `offline`, or `not-onnx` where a web page came back.
 */
export async function download(address: string, store: DownloadStore | undefined, request: ByteRequest): Promise<Uint8Array<ArrayBuffer>> {
  const stored = await store?.get(address);
  if (stored && (await isCurrent(address, stored, request.signal))) return stored.bytes;
  const file = await fetchWhole(address, request);
  await store?.put(address, file);
  return file.bytes;
}

async function isCurrent(address: string, stored: StoredFile, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const patience = AbortSignal.timeout(CHECK_LIMIT_MS);
    const response = await fetch(address, { method: 'HEAD', signal: signal ? AbortSignal.any([signal, patience]) : patience });
    return !response.ok || (stored.validator !== undefined && validatorOf(response) === stored.validator);
  } catch (error) {
    if (signal?.aborted) throw error;
    return true; // offline
  }
}

function validatorOf({ headers }: Response): string | undefined {
  return headers.get('etag') ?? headers.get('last-modified') ?? undefined;
}

/** Downloads without a store, whole or not at all. Aborting rejects with the signal's reason. */
export async function fetchWhole(address: string, { signal, onProgress }: ByteRequest): Promise<StoredFile> {
  const silence = new AbortController();
  const abort = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
  let timer = setTimeout(() => silence.abort(), SILENCE_LIMIT_MS);
  try {
    const response = await fetch(address, { signal: abort });
    checkStatus(response, address);
    const total = announcedLength(response);
    const chunks: Uint8Array[] = [];
    let loaded = 0;
    for await (const chunk of chunksOf(response)) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_LIMIT_MS);
      chunks.push(chunk);
      loaded += chunk.length;
      onProgress?.({ url: address, loaded, total });
    }
    checkLength(address, loaded, total);
    return { bytes: checkKind(address, joined(chunks, loaded)), validator: validatorOf(response) };
  } catch (error) {
    if (error instanceof InputError || signal?.aborted) throw error;
    throw offline(address, silence.signal.aborted ? `no data for ${SILENCE_LIMIT_MS / 1000} seconds` : causeOf(error), error);
  } finally {
    clearTimeout(timer);
  }
}

async function* chunksOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader(); // Safari's streams cannot be iterated
  if (!reader) return;
  for (let part = await reader.read(); !part.done; part = await reader.read()) yield part.value;
}

function announcedLength(response: Response): number | undefined {
  const length = response.headers.get('content-length');
  const compressed = response.headers.get('content-encoding') ?? 'identity'; // then the length is not the file's
  return length !== null && compressed === 'identity' ? Number(length) : undefined;
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

function checkStatus(response: Response, address: string): void {
  if (response.ok) return;
  const denied = response.status === 401 || response.status === 403;
  throw new InputError(response.status >= 500 ? 'offline' : 'not-found', {
    expected: `a file at ${address}`,
    found: `HTTP status ${response.status} ${response.statusText}`.trimEnd(),
    remedy: denied
      ? 'The address is private or does not exist; check its spelling, or download it yourself and pass the path.'
      : 'Check the address, or download the file yourself and pass the path.',
  });
}

function checkLength(address: string, loaded: number, total: number | undefined): void {
  if (total === undefined || loaded === total) return;
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
