/** The browser's side of the contract in contract.ts: nothing of Node in its imports. */
import { parsedAddress } from '../core/address.ts';
import { described } from '../core/described.ts';
import { InputError } from '../core/errors.ts';
import type { AdapterGrant, AdapterRequest, ByteRequest, ByteSource, Location } from './contract.ts';
import { describeAdapter } from './description.ts';
import { download, type DownloadStore } from './download.ts';
import { bytesAtHand, locate } from './locate.ts';

/**
 * An adapter from the browser.
 *
 * @throws InputError `no-webgpu`, with what to do; `bad-argument` for a choice that a browser does not give.
 */
export async function requestAdapter(request: AdapterRequest = {}): Promise<AdapterGrant> {
  if (request.choice !== undefined && request.choice !== 'auto' && request.choice !== 'gpu') {
    throw new InputError('bad-argument', { expected: "an adapter choice of 'auto' or 'gpu' in a browser", found: described(request.choice), remedy: 'Leave it out for the best there is.' });
  }
  if (!globalThis.isSecureContext) throw noWebGpu('a page that is not secure', 'Serve the page over https or from localhost.');
  if (!navigator.gpu) throw noWebGpu('a browser without it', BROWSER_REMEDY);
  const adapter = await navigator.gpu.requestAdapter({ powerPreference: request.powerPreference ?? 'high-performance' });
  if (!adapter) throw noWebGpu('no adapter: the browser has WebGPU but blocks or lacks a GPU driver', BROWSER_REMEDY);
  const description = describeAdapter(adapter);
  if (request.choice === 'gpu' && description.software) throw noWebGpu('only a software adapter', BROWSER_REMEDY);
  return { adapter, description, keep: undefined };
}

/**
 * The bytes of a URL, hub id, Blob or array; a string without a scheme is relative to the page. Downloads are kept in
 * the Cache API where the page has it.
 *
 * @throws InputError `not-found`, `offline` or `not-onnx` (a web page instead of a file).
 */
export async function readBytes(source: ByteSource, request: ByteRequest = {}): Promise<Uint8Array<ArrayBuffer>> {
  request.signal?.throwIfAborted();
  const location = locateSource(source, request);
  if (location.kind === 'bytes') return bytesAtHand(location.bytes);
  return download(location.address, request.cache === false ? undefined : cacheStore, request);
}

/** Where `readBytes` reads from; a path is an address relative to the page. @throws InputError `bad-argument` */
export function locateSource(source: ByteSource, request: ByteRequest = {}): Exclude<Location, { kind: 'path' }> {
  const location = locate(source, request.hub, isOfThisBrowser);
  if (location.kind !== 'path') return location;
  const own = globalThis.document?.baseURI ?? globalThis.location.href; // workers have no document
  const base = own.startsWith('blob:') ? globalThis.location.origin : own; // nothing is relative to a blob
  const address = parsedAddress(location.path, base);
  if (address) return { kind: 'address', address: address.href };
  throw new InputError('bad-argument', {
    expected: 'an address such as https://example.org/model.onnx', found: location.path, remedy: `Pass all of it: none is relative to ${base}.`,
  });
}

/** Extensions and pages packed into a program have protocols of their own, which this browser fetches and others do not know. */
function isOfThisBrowser(protocol: string): boolean {
  return protocol.endsWith('-extension:') || protocol === globalThis.location.protocol;
}

const BROWSER_REMEDY =
  'Use Chrome, Edge, Safari 26 or Firefox with WebGPU, update the GPU driver, and see chrome://gpu; ' +
  'on Linux, Chrome may need chrome://flags/#enable-unsafe-webgpu.';

function noWebGpu(found: string, remedy: string): InputError {
  return new InputError('no-webgpu', { expected: 'WebGPU in this page', found, remedy });
}

const CACHE = 'yolov10-webgpu';
const VALIDATOR = 'x-validator';

const cacheStore: DownloadStore = {
  async get(address) {
    try {
      const response = await (await caches.open(CACHE)).match(address);
      return response && { bytes: new Uint8Array(await response.arrayBuffer()), validator: response.headers.get(VALIDATOR) ?? undefined };
    } catch {
      return undefined; // a page without the API, or, in a sandbox, without the right to it
    }
  },
  async put(address, { bytes, validator }) {
    const response = new Response(bytes);
    if (validator !== undefined) response.headers.set(VALIDATOR, validator);
    try {
      await (await caches.open(CACHE)).put(address, response);
    } catch {
      // over quota or private browsing: a cache that cannot be written costs a download next time
    }
  },
};
