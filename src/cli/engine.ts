import { access } from 'node:fs/promises';
import { InputError } from '../core/errors.ts';
import type { Detection } from '../image/detection.ts';
import type { Picture } from '../image/picture.ts';
import { codesModel } from '../platform/codes-model.ts';
import type { AdapterDescription } from '../platform/contract.ts';
import type { DetectOptions, Tensor } from '../requests.ts';
import type { Io } from './io.ts';
import { downloadBar } from './model-file.ts';
import { choiceOption, type OptionSpecs } from './options.ts';

/** What commands need of a loaded detector. */
export interface Engine {
  readonly adapter: AdapterDescription;
  readonly labels: readonly string[];
  detect(images: Picture[], options: DetectOptions): Promise<Detection[][]>;
  run(tensor: Tensor): Promise<{ data: Float32Array; dims: number[] }>;
  dispose(): void;
}

export interface EngineRequest {
  /** Path, URL or hub id; undefined for the model that comes with the package. */
  model: string | undefined;
  imageSize?: { height: number; width: number };
  adapter: EngineChoice | undefined;
}

const choices = ['auto', 'gpu', 'lavapipe', 'swiftshader'] as const;
type EngineChoice = (typeof choices)[number];

/** Options of every command that computes. */
export const adapterOption = {
  adapter: { value: 'NAME', about: `Which adapter computes: ${choices.join(', ')}; see "adapters"` },
} satisfies OptionSpecs;

/** Opens an engine; commands take one as an argument so that tests can hand them another. */
export type OpenEngine = (request: EngineRequest, io: Io) => Promise<Engine>;

/** Reads `--adapter`. */
export function adapterChoice(text: string | undefined): EngineChoice | undefined {
  return choiceOption('adapter', text, choices);
}

/** Loads the detector of this runtime, with a download bar on stderr. */
export const openEngine: OpenEngine = async ({ model, imageSize, adapter }, io) => {
  const { Detector } = 'Deno' in globalThis ? await import('../deno.ts') : await import('../node.ts');
  const source = model ?? (await defaultModel());
  const bar = downloadBar(io);
  try {
    return await Detector.load(source, { imageSize, adapter, signal: io.signal, onProgress: bar.report });
  } finally {
    bar.clear();
  }
};

/** The model that comes with the package. */
async function defaultModel(): Promise<URL> {
  try {
    await access(codesModel);
    return codesModel;
  } catch (cause) {
    throw new InputError('not-found', {
      expected: 'the default model models/yolov10n-codes.onnx', found: 'none in this installation', remedy: 'Name a model with --model.',
    }, { cause });
  }
}

/** What people call an adapter, e.g. `llvmpipe (LLVM 15.0.6, 256 bits)`. */
export function adapterName({ description, device, vendor, architecture }: AdapterDescription): string {
  return description || device || [vendor, architecture].filter((part) => part !== '').join(' ') || 'an adapter without a name';
}
