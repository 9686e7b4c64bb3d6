import { InputError } from '../core/errors.ts';
import { float16ToFloat32, float32ToFloat16 } from '../core/float16.ts';
import type { OnnxModel } from '../onnx/graph.ts';
import { parseModel } from '../onnx/parse.ts';
import { serializeModel } from '../onnx/serialize.ts';
import type { NumberTensor, Peer } from './engine.ts';
import { SEEN, exposing, inOneFile } from './peer-file.ts';
import { firstLine } from './try-peer.ts';
import { widen } from './widen.ts';

type Runtime = typeof import('onnxruntime-node');
type Session = import('onnxruntime-node').InferenceSession;

export interface OnnxRuntimeOptions {
  /** Content of the model's data files, if it has any. */
  external?: ReadonlyMap<string, Uint8Array>;
  /** Threads of the CPU; its own choice unless told. */
  threads?: number;
}

/**
 * Loads a model file into ONNX Runtime (CPU), which is not a dependency of this package: it is used where it is installed.
 * A file that it cannot load is a finding: `run` rejects with the reason.
 * @throws InputError 'not-found' where onnxruntime-node is not installed, 'unsupported' where it is but does not start;
 * as `parseModel` for the file
 */
export async function openOnnxRuntime(modelBytes: Uint8Array, options: OnnxRuntimeOptions = {}): Promise<Peer> {
  const runtime = await importRuntime();
  const model = parseModel(modelBytes, options);
  const file = (async () => (options.external?.size ? inOneFile(modelBytes, options.external) : modelBytes))();
  const session = file.then((bytes) => load(runtime, bytes, options));
  session.catch(() => {}); // reported by run
  return new OnnxRuntimePeer(runtime, model, file, session, options);
}

class OnnxRuntimePeer implements Peer {
  readonly name = 'ONNX Runtime (CPU)';
  readonly #runtime: Runtime;
  readonly #model: OnnxModel;
  /** The model with all its weights. */
  readonly #file: Promise<Uint8Array>;
  readonly #session: Promise<Session>;
  readonly #options: OnnxRuntimeOptions;

  constructor(runtime: Runtime, model: OnnxModel, file: Promise<Uint8Array>, session: Promise<Session>, options: OnnxRuntimeOptions) {
    this.#runtime = runtime;
    this.#model = model;
    this.#file = file;
    this.#session = session;
    this.#options = options;
  }

  async run(images: NumberTensor): Promise<NumberTensor> {
    const session = await this.#session;
    const outputs = await session.run(this.#feeds(images));
    return numbers(outputs[session.outputNames[0]!]!);
  }

  async tensors(images: NumberTensor, names: readonly string[]): Promise<Map<string, Float32Array>> {
    const made = new Set(this.#model.graph.nodes.flatMap(({ outputs }) => outputs));
    const wanted = names.filter((name) => made.has(name));
    if (wanted.length === 0) return new Map();
    const session = await load(this.#runtime, exposing(await this.#file, wanted), this.#options);
    try {
      const outputs = await session.run(this.#feeds(images));
      return new Map(wanted.map((name) => [name, numbers(outputs[`${name}${SEEN}`]!).data]));
    } finally {
      await session.release();
    }
  }

  async inFloat32(): Promise<Peer> {
    return openOnnxRuntime(serializeModel(widen(this.#model)), { threads: this.#options.threads });
  }

  async dispose(): Promise<void> {
    const session = await this.#session.catch(() => null);
    await session?.release();
  }

  #feeds({ data, dims }: NumberTensor): Record<string, import('onnxruntime-node').Tensor> {
    const input = this.#model.graph.inputs[0]!;
    const half = input.dataType === 'float16';
    const { Tensor } = this.#runtime;
    return { [input.name]: half ? new Tensor('float16', float32ToFloat16(data), [...dims]) : new Tensor('float32', data, [...dims]) };
  }
}

/** Output values as float32, whatever their type; float16 comes as bits where the runtime has no Float16Array. */
function numbers({ data, dims, type }: { data: unknown; dims: readonly number[]; type: string }): NumberTensor {
  if (data instanceof Float32Array) return { data, dims };
  if (type === 'float16' && data instanceof Uint16Array) return { data: float16ToFloat32(data), dims };
  return { data: Float32Array.from(data as Iterable<number | bigint>, Number), dims };
}

/** Put together, so that bundlers for browsers, where it cannot run, do not follow it into native libraries. */
const packageName = ['onnxruntime', 'node'].join('-');

async function importRuntime(): Promise<Runtime> {
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ packageName)) as Runtime;
  } catch (cause) {
    throw unavailable(cause);
  }
}

/** Not there, which Node and Deno say by a code and browsers by a TypeError; or there with native libraries that do not load. */
function unavailable(cause: unknown): InputError {
  const expected = 'onnxruntime-node, to run the file itself';
  if (cause instanceof TypeError || (cause as { code?: unknown }).code === 'ERR_MODULE_NOT_FOUND') {
    const remedy = 'npm install onnxruntime-node, or go on without: this engine is then held against itself only.';
    return new InputError('not-found', { expected, found: 'it is not installed', remedy }, { cause });
  }
  const found = `one that does not start: ${firstLine(cause)}`;
  return new InputError('unsupported', { expected, found, remedy: 'Install it anew, or go on without it: --alone on the command line.' }, { cause });
}

function load(runtime: Runtime, bytes: Uint8Array, { threads }: OnnxRuntimeOptions): Promise<Session> {
  return runtime.InferenceSession.create(bytes, { logSeverityLevel: 3, ...(threads && { intraOpNumThreads: threads, interOpNumThreads: 1 }) });
}
