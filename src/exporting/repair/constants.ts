import type { DataType, OnnxTensor } from '../../onnx/graph.ts';
import type { ModelFile } from '../../onnx/model-file.ts';

/** Puts small constants into a file, each once. */
export class Constants {
  readonly #file: ModelFile;
  readonly #taken: Set<string>;
  readonly #names = new Map<string, string>();

  constructor(file: ModelFile) {
    this.#file = file;
    const { inputs, initializers, nodes } = file.read().graph;
    this.#taken = new Set([...inputs.map(({ name }) => name), ...initializers.keys(), ...nodes.flatMap(({ outputs }) => outputs)]);
  }

  /** The name of a constant of these numbers; undefined for types that shapes are not written in. */
  put(dataType: DataType, dims: readonly number[], numbers: readonly number[]): string | undefined {
    const bytes = encode(dataType, numbers);
    if (!bytes) return undefined;
    const key = `${dataType}.${dims.join('x') || 'scalar'}.${numbers.join('_')}`;
    const known = this.#names.get(key);
    if (known) return known;
    const name = this.#free(`const.${key}`);
    this.#names.set(key, name);
    this.#file.putInitializer({ name, dataType, dims: [...dims], bytes });
    return name;
  }

  /** Adds a tensor under a fresh name. */
  add(tensor: OnnxTensor): string {
    const name = this.#free(tensor.name);
    this.#file.putInitializer({ ...tensor, name });
    return name;
  }

  #free(wish: string): string {
    let name = wish;
    for (let count = 2; this.#taken.has(name); count++) name = `${wish}.${count}`;
    this.#taken.add(name);
    return name;
  }
}

function encode(dataType: DataType, numbers: readonly number[]): Uint8Array | undefined {
  if (dataType === 'int64' && numbers.every(Number.isSafeInteger)) return bytesOf(BigInt64Array.from(numbers, BigInt));
  if (dataType === 'int32' && numbers.every((number) => (number | 0) === number)) return bytesOf(Int32Array.from(numbers));
  if (dataType === 'float' && numbers.every(isExact)) return bytesOf(Float32Array.from(numbers));
  return undefined;
}

/** Sums and products of such numbers are exact in float32 too, so a runtime would have got the same. */
function isExact(number: number): boolean {
  return Math.abs(number) < 2 ** 20 && Number.isInteger(2 * number);
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
