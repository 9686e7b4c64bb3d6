import { basename } from 'node:path';

/** Regular files of a ustar archive (POSIX.1-1988), without their folders; names up to 100 bytes. */
export function* filesInTar(tar: Uint8Array): Generator<{ name: string; bytes: Uint8Array }> {
  const text = (start: number, length: number): string =>
    new TextDecoder().decode(tar.subarray(start, start + length)).replace(/\0.*$/s, '');
  for (let header = 0; header + 512 <= tar.length && tar[header] !== 0; ) {
    const size = Number.parseInt(text(header + 124, 12), 8);
    const kind = text(header + 156, 1);
    if (kind === '0' || kind === '') {
      yield { name: basename(text(header, 100)), bytes: tar.subarray(header + 512, header + 512 + size) };
    }
    header += 512 + Math.ceil(size / 512) * 512;
  }
}
