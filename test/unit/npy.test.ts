import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readNpy, toFloat32, writeNpy, type NpyArray } from '../../src/crosscheck/npy.ts';

interface Golden {
  cases: { dtype: string; version: number; order: string; file: string }[];
  saved: Record<'scalar' | 'vector' | 'empty' | 'rows', string>;
}

const golden = JSON.parse(readFileSync(new URL('golden/npy.json', import.meta.url), 'utf8')) as Golden;
const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'));
const counted = Array.from({ length: 24 }, (_, index) => index * 5 + 3);

describe('reading .npy', () => {
  it('has a case for every type, version and order', () => expect(golden.cases).toHaveLength(36));

  it.each(golden.cases)('$dtype, version $version, order $order', ({ dtype, file }) => {
    const array = readNpy(bytesOf(file));
    expect(array.dtype).toBe(dtype.slice(1));
    expect(array.shape).toEqual([2, 3, 4]);
    expect(Array.from(array.data as Iterable<number | bigint>, Number)).toEqual(counted);
    expect([...toFloat32(array)]).toEqual(counted);
  });

  it('reads an array that lies anywhere in a larger buffer', () => {
    const file = bytesOf(golden.saved.vector);
    const shifted = new Uint8Array(file.length + 3);
    shifted.set(file, 3);
    expect([...readNpy(shifted.subarray(3)).data as Float32Array]).toEqual([0, 1, 2]);
    expect([...readNpy(Buffer.from(shifted).subarray(3)).data as Float32Array]).toEqual([0, 1, 2]);
  });

  it('reads scalars and empty arrays', () => {
    expect(readNpy(bytesOf(golden.saved.scalar))).toMatchObject({ shape: [], data: new Float32Array([1.5]) });
    expect(readNpy(bytesOf(golden.saved.empty))).toMatchObject({ shape: [0, 6], data: new Float32Array() });
  });
});

describe('writing .npy', () => {
  const arrays: Record<keyof Golden['saved'], NpyArray> = {
    scalar: { dtype: 'f4', shape: [], data: new Float32Array([1.5]) },
    vector: { dtype: 'f4', shape: [3], data: new Float32Array([0, 1, 2]) },
    empty: { dtype: 'f4', shape: [0, 6], data: new Float32Array() },
    rows: { dtype: 'f4', shape: [1, 2, 6], data: new Float32Array(12).fill(1) },
  };
  it.each(['scalar', 'vector', 'empty', 'rows'] as const)('writes the bytes NumPy does: %s', (name) => {
    expect(Buffer.from(writeNpy(arrays[name])).toString('base64')).toBe(golden.saved[name]);
  });

  it.each(golden.cases.filter(({ version, order }) => version === 1 && order === 'C'))('writes back $dtype', ({ file }) => {
    expect(Buffer.from(writeNpy(readNpy(bytesOf(file)))).toString('base64')).toBe(file);
  });

  it('refuses data that does not fit its shape or type', () => {
    expect(() => writeNpy({ dtype: 'f4', shape: [2], data: new Float32Array(3) })).toThrow(/expected 2 elements for \[2\], found 3/);
    expect(() => writeNpy({ dtype: 'f8', shape: [3], data: new Float32Array(3) })).toThrow(/8 bytes per element/);
  });
});

describe('what is no readable .npy', () => {
  const vector = bytesOf(golden.saved.vector);
  const withHeader = (from: string, to: string): Uint8Array => bytesOf(Buffer.from(Buffer.from(vector).toString('latin1').replace(from, to), 'latin1').toString('base64'));

  const wrong: [string, Uint8Array, RegExp][] = [
    ['nothing', new Uint8Array(), /found an empty file/],
    ['text', new TextEncoder().encode('1, 2, 3, 4, 5, 6, 7'), /19 bytes of another format/],
    ['an .npz archive', new TextEncoder().encode('PK\x03\x04aaaaaaaaaaaa'), /npz archives must be unpacked/],
    ['version 9', vector.with(6, 9), /found version 9/],
    ['a header cut short', vector.subarray(0, 40), /Is the file complete/],
    ['data cut short', vector.subarray(0, vector.length - 1), /expected 12 bytes .*\[3\], found 11/],
    ['big-endian data', withHeader('<f4', '>f4'), /found >f4/],
    ['objects', withHeader("'<f4'", "'|O' "), /found \|O/],
    ['a structured type', withHeader("'<f4'", '[    '), /found a structured type/],
    ['a huge shape', withHeader('(3,), }     ', '(3,99999), }'), /found 12/],
    ['a header that is no dictionary', withHeader('descr', 'xxxxx'), /descr, fortran_order and shape/],
  ];
  it.each(wrong)('%s', (_name, bytes, message) => {
    expect(() => readNpy(bytes)).toThrow(expect.objectContaining({ code: 'bad-tensor', message: expect.stringMatching(message) as string }) as Error);
  });
});
