import { access } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InputError } from '../core/errors.ts';
import type { Detection } from '../image/detection.ts';
import type { Picture } from '../image/picture.ts';
import type { Io } from './io.ts';
import { choiceOption, type OptionSpecs } from './options.ts';
import { startProgress, type Progress } from './progress.ts';

/** What commands need of a loaded detector. */
export interface Engine {
  readonly adapter: { description: string; software: boolean };
  readonly labels: readonly string[];
  detect(images: Picture[], options: { threshold?: number; classes?: string[]; maxDetections?: number; signal?: AbortSignal }): Promise<Detection[][]>;
  run(tensor: { data: Float32Array; dims: number[] }): Promise<{ data: Float32Array; dims: number[] }>;
  dispose(): void;
}

export interface EngineRequest {
  /** Path, URL or hub id; undefined for the model that comes with the package. */
  model: string | undefined;
  imgsz?: { height: number; width: number };
  adapter: AdapterChoice | undefined;
}

const adapterChoices = ['auto', 'gpu', 'lavapipe', 'swiftshader'] as const;
type AdapterChoice = (typeof adapterChoices)[number];

/** Options of every command that computes. */
export const adapterOption = {
  adapter: { value: 'NAME', about: `Which adapter computes: ${adapterChoices.join(', ')}; see "adapters"` },
} satisfies OptionSpecs;

/** Opens an engine; commands take one as an argument so that tests can hand them another. */
export type OpenEngine = (request: EngineRequest, io: Io) => Promise<Engine>;

/** Reads `--adapter`. */
export function adapterChoice(text: string | undefined): AdapterChoice | undefined {
  return choiceOption('adapter', text, adapterChoices);
}

/** Where the model that comes with the package lies, both in a checkout and installed. */
export async function defaultModel(): Promise<string> {
  const path = fileURLToPath(new URL('../../models/yolov10n-codes.onnx', import.meta.url));
  try {
    await access(path);
    return path;
  } catch (cause) {
    throw new InputError('not-found', {
      expected: 'the default model models/yolov10n-codes.onnx', found: 'none in this installation', remedy: 'Name a model with --model.',
    }, { cause });
  }
}

/** Loads the detector with a download bar on stderr. */
export const openEngine: OpenEngine = async ({ model, imgsz, adapter }, io) => {
  const { Detector } = await import('../detector.ts');
  let progress: Progress | undefined;
  try {
    return await Detector.load(model ?? (await defaultModel()), {
      imgsz, adapter, signal: io.signal,
      onProgress: ({ loaded, total }: { loaded: number; total?: number }) => {
        progress ??= startProgress(io, { label: 'downloading the model', total, unit: 'bytes' });
        progress.update(loaded);
      },
    });
  } finally {
    progress?.clear();
  }
};
