import { InputError } from '../core/errors.ts';
import type { ByteSource } from './contract.ts';

/** What a byte source names: bytes at hand, an address to fetch, or a path. */
export type Location =
  | { kind: 'bytes'; bytes: Blob | ArrayBuffer | Uint8Array }
  | { kind: 'address'; address: string }
  | { kind: 'path'; path: string };

const HUB = 'https://huggingface.co';
const HUB_ID = /^[\w][\w.-]*\/[\w][\w.-]*$/;

/**
 * Sorts a byte source. A string without a scheme is a path, except that `owner/name`, not ending in a file's suffix,
 * is a hub id: the address of the file onnx/model.onnx of that model.
 * @throws InputError `bad-argument` for an address that is none
 */
export function locate(source: ByteSource, hub: string = HUB): Location {
  if (source instanceof URL) return source.protocol === 'file:' ? pathOf(source) : { kind: 'address', address: source.href };
  if (typeof source !== 'string') return { kind: 'bytes', bytes: source };
  if (/^file:/i.test(source)) return pathOf(new URL(source));
  if (/^(https?|blob|data):/i.test(source)) return addressOf(source);
  if (isHubId(source)) return addressOf(`${hub.replace(/\/$/, '')}/${source}/resolve/main/onnx/model.onnx`);
  return { kind: 'path', path: source };
}

/** True for `owner/name` as model hubs write it; a relative path such as `models/tiny.onnx` is none. */
export function isHubId(source: string): boolean {
  return HUB_ID.test(source) && !/\.(onnx|json|npy|png|jpe?g|webp|gif|avif)$/i.test(source);
}

/** Bytes at hand as an array; a view is not copied. */
export async function bytesAtHand(source: Blob | ArrayBuffer | Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  if (source instanceof Blob) return new Uint8Array(await source.arrayBuffer());
  if (source instanceof Uint8Array) return source as Uint8Array<ArrayBuffer>;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  throw new InputError('bad-argument', {
    expected: 'a path, URL, hub id, Blob, ArrayBuffer or Uint8Array',
    found: source === null ? 'null' : typeof source,
    remedy: 'Pass where the file is, or its bytes.',
  });
}

function addressOf(address: string): Location {
  if (URL.canParse(address)) return { kind: 'address', address };
  throw new InputError('bad-argument', { expected: 'an address such as https://example.org/model.onnx', found: address, remedy: 'Check its spelling.' });
}

function pathOf(url: URL): Location {
  const path = decodeURIComponent(url.pathname);
  return { kind: 'path', path: /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path };
}
