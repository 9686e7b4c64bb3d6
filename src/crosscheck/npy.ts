import { InputError } from '../core/errors.ts';
import { float16ToFloat32, float32ToFloat16 } from '../core/float16.ts';

type NpyData = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

/** An array as NumPy stores it; float16 is widened to float32 in memory. */
export interface NpyArray {
  dtype: NpyType;
  shape: number[];
  /** Row-major (C order), whatever order the file had. */
  data: NpyData;
}

/** Element types by NumPy's names: floating point, signed and unsigned integers with their bytes. */
export type NpyType = 'f2' | 'f4' | 'f8' | 'i4' | 'i8' | 'u1';

const byteLengths: Record<NpyType, number> = { f2: 2, f4: 4, f8: 8, i4: 4, i8: 8, u1: 1 };
const magic = '\x93NUMPY';

/**
 * Reads a NumPy `.npy` file (format versions 1 to 3; NEP 1), little-endian, C or Fortran order.
 * @param name what to call the file in errors.
 * @throws InputError `bad-tensor` for another format, an element type not listed in NpyType, or a wrong length.
 */
export function readNpy(bytes: Uint8Array, name = 'the array'): NpyArray {
  const { header, offset } = readHeader(bytes, name);
  const { dtype, fortran, shape } = parseHeader(header, name);
  const count = shape.reduce((product, dim) => product * dim, 1);
  const content = bytes.subarray(offset);
  if (content.length !== count * byteLengths[dtype]) {
    throw badTensor(
      `${count * byteLengths[dtype]} bytes after the header of ${name}, for ${dtype} [${shape.join(', ')}]`, `${content.length}`,
      'Is the file complete? Save it again with numpy.save.',
    );
  }
  const data = decode(content, dtype);
  return { dtype, shape, data: fortran ? toRowMajor(data, shape) : data };
}

/**
 * Writes a `.npy` file (version 1, row-major), as numpy.save would.
 * @param array `data` has as many elements as `shape` says; dtype `f2` narrows float32 to nearest even.
 * @throws InputError `bad-tensor` where they disagree.
 */
export function writeNpy({ dtype, shape, data }: NpyArray): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, dim) => product * dim, 1);
  if (data.length !== count) throw badTensor(`${count} elements for [${shape.join(', ')}]`, `${data.length}`, 'Pass the shape of the data.');
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const descr = `${dtype === 'u1' ? '|' : '<'}${dtype}`;
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const header = dictionary.padEnd(Math.ceil((dictionary.length + 11) / 64) * 64 - 11) + '\n'; // the data starts at a multiple of 64
  const content = encode(data, dtype);
  const file = new Uint8Array(10 + header.length + content.length);
  const prefix = `${magic}\x01\x00${String.fromCharCode(header.length & 255, header.length >> 8)}${header}`;
  for (let index = 0; index < prefix.length; index++) file[index] = prefix.charCodeAt(index);
  file.set(content, prefix.length);
  return file;
}

/** The elements as float32, whatever their type; 64-bit values are rounded. */
export function toFloat32({ data }: NpyArray): Float32Array {
  if (data instanceof Float32Array) return data;
  return data instanceof BigInt64Array ? Float32Array.from(data, Number) : Float32Array.from(data);
}

function readHeader(bytes: Uint8Array, name: string): { header: string; offset: number } {
  const start = String.fromCharCode(...bytes.subarray(0, 6));
  if (start !== magic || bytes.length < 12) {
    const found = bytes.length === 0 ? 'an empty file' : `${bytes.length} bytes of another format`;
    throw badTensor(`${name} to be a NumPy .npy file`, found, 'Write it with numpy.save; .npz archives must be unpacked first.');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw badTensor(`${name} in .npy version 1, 2 or 3`, `version ${version}`, 'Save it again with numpy.save.');
  const offset = version === 1 ? 10 : 12;
  const end = offset + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) throw badTensor(`a header of ${end} bytes in ${name}`, `${bytes.length} bytes`, 'Is the file complete?');
  return { header: new TextDecoder().decode(bytes.subarray(offset, end)), offset: end };
}

function parseHeader(header: string, name: string): { dtype: NpyType; fortran: boolean; shape: number[] } {
  const descr = /'descr'\s*:\s*('([^']*)'|\[)/.exec(header);
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header);
  const dims = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(header);
  if (!descr || !order || !dims) throw badTensor(`descr, fortran_order and shape in the header of ${name}`, header.trim().slice(0, 80), 'Save it again with numpy.save.');
  const type = descr[2] ?? 'a structured type';
  const dtype = type === '|u1' || /^<(f[248]|i[48])$/.test(type) ? type.slice(1) : '';
  if (!(dtype in byteLengths)) {
    throw badTensor(`${name} of type <f2, <f4, <f8, <i4, <i8 or |u1`, type, 'Convert it in Python: array.astype("float32").');
  }
  const shape = dims[1]!.split(',').map((dim) => dim.replace('L', '').trim()).filter((dim) => dim !== '').map(Number);
  return { dtype: dtype as NpyType, fortran: order[1] === 'True', shape };
}

/** Copies, because the elements need not be aligned in the file; `slice` of Node's Buffer would not. */
function decode(content: Uint8Array, dtype: NpyType): NpyData {
  const { buffer } = new Uint8Array(content);
  switch (dtype) {
    case 'f2': return float16ToFloat32(new Uint16Array(buffer));
    case 'f4': return new Float32Array(buffer);
    case 'f8': return new Float64Array(buffer);
    case 'i4': return new Int32Array(buffer);
    case 'i8': return new BigInt64Array(buffer);
    case 'u1': return new Uint8Array(buffer);
  }
}

function encode(data: NpyData, dtype: NpyType): Uint8Array {
  const stored = dtype === 'f2' ? float32ToFloat16(Float32Array.from(data as Float32Array)) : data;
  if (stored.BYTES_PER_ELEMENT !== byteLengths[dtype]) {
    throw badTensor(`data of ${byteLengths[dtype]} bytes per element for ${dtype}`, data.constructor.name, 'Convert it first.');
  }
  return new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
}

/** Column-major elements in row-major order. */
function toRowMajor(data: NpyData, shape: number[]): NpyData {
  const sorted = data.slice();
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, dim) => product * dim, 1));
  const position = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < data.length; target++) {
    sorted[target] = data[source]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      source += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return sorted;
}

function badTensor(expected: string, found: string, remedy: string): InputError {
  return new InputError('bad-tensor', { expected, found, remedy });
}
