import { parsedAddress } from '../core/address.ts';
import { InputError } from '../core/errors.ts';
import { pathOfFileAddress } from '../core/file-address.ts';
import type { ByteSource, Location } from './contract.ts';

const HUB = 'https://huggingface.co';
const HUB_ID = /^[\w][\w.-]*\/[\w][\w.-]*$/;

/** Of two letters or more: one is a drive of Windows. */
const SCHEME = /^[a-z][a-z\d+.-]+:/i;

/**
 * Sorts a byte source. A string without a scheme is a path, except that `owner/name`, not ending in a file's suffix,
 * is a hub id: the address of the file onnx/model.onnx of that model.
 * @param isFetched says of a protocol, such as `app:`, whether this runtime fetches it beside those that all do
 * @throws InputError `bad-argument` for an address that is none, or of another protocol
 */
export function locate(source: ByteSource, hub: string = HUB, isFetched: (protocol: string) => boolean = () => false): Location {
  if (typeof source !== 'string' && !(source instanceof URL)) return { kind: 'bytes', bytes: source };
  const text = String(source);
  if (/^file:/i.test(text)) return { kind: 'path', path: pathOfFileAddress(text) };
  if (SCHEME.test(text)) return addressOf(text, isFetched);
  if (isHubId(text)) return addressOf(`${hub.replace(/\/$/, '')}/${text}/resolve/main/onnx/model.onnx`, isFetched);
  return { kind: 'path', path: text };
}

/** True for `owner/name` as model hubs write it; a relative path such as `models/tiny.onnx` is none. */
export function isHubId(source: string): boolean {
  return HUB_ID.test(source) && !/\.(onnx|json|npy|png|jpe?g|webp|gif|avif)$/i.test(source);
}

/** Whether an address is fetched over the network, and so has a folder and is worth keeping. */
export function isRemote(address: string): boolean {
  return /^https?:/i.test(address);
}

/** Where a file in the same folder lies, under the same query; null beside bytes and addresses that have no folder. */
export function siblingOf(location: Location, name: string): string | null {
  if (location.kind === 'path') return siblingPath(location.path, name);
  if (location.kind === 'bytes' || !isRemote(location.address)) return null;
  const address = new URL(location.address);
  const folder = address.pathname.slice(0, address.pathname.lastIndexOf('/') + 1);
  address.pathname = folder + name.split(/[\\/]/).map(encodeURIComponent).join('/');
  address.hash = '';
  return address.href;
}

/** The path of a file in the same folder. */
export function siblingPath(path: string, name: string): string {
  const sibling = path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1) + name;
  return isHubId(sibling) ? `./${sibling}` : sibling; // or it would be looked up there where it is missing
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

function addressOf(address: string, isFetched: (protocol: string) => boolean): Location {
  const protocol = parsedAddress(address)?.protocol;
  if (protocol === undefined) throw badAddress('an address such as https://example.org/model.onnx', address, 'Check its spelling.');
  if (/^(https?|blob|data):$/.test(protocol) || isFetched(protocol)) return { kind: 'address', address };
  throw badAddress(
    'an address of http, https, file, blob or data', address,
    'Pass such an address of the file, or its bytes; in Node and Deno "codesModel" is that of the model in this package.',
  );
}

function badAddress(expected: string, found: string, remedy: string): InputError {
  return new InputError('bad-argument', { expected, found, remedy });
}
