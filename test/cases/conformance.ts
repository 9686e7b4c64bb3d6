import type { Detector, LoadOptions } from '../../src/detector.ts';
import type { RawPixels } from '../../src/image/picture.ts';
import type { ByteSource, Platform } from '../../src/platform/contract.ts';

/** What a runtime hands to the cases: its own entry to the package, and the numbers another engine computed. */
export interface ConformanceContext {
  runtime: 'node' | 'deno' | 'browser';
  platform: Platform;
  load(source: ByteSource, options?: LoadOptions): Promise<Detector<RawPixels>>;
  /** ONNX Runtime's rows for `sampleInput` (conformance-sample.ts). */
  expectedRows: number[];
}

/** One behaviour every runtime must show; `run` throws where it does not. */
export interface ConformanceCase {
  name: string;
  run(context: ConformanceContext): Promise<void>;
}

export interface ConformanceResult {
  name: string;
  milliseconds: number;
  /** Undefined where the case passed. */
  problem?: string;
}

/** Runs cases one after another; a case that takes longer than `limit` milliseconds fails. */
export async function runCases(cases: ConformanceCase[], context: ConformanceContext, limit = 60_000): Promise<ConformanceResult[]> {
  const results: ConformanceResult[] = [];
  for (const { name, run } of cases) {
    const start = performance.now();
    const problem = await outcome(run(context), limit);
    results.push({ name, milliseconds: Math.round(performance.now() - start), ...(problem && { problem }) });
  }
  return results;
}

async function outcome(running: Promise<void>, limit: number): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`took longer than ${limit} ms`), limit);
  });
  const failed = running.then(() => undefined, (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error)));
  const problem = await Promise.race([failed, late]);
  clearTimeout(timer);
  return problem;
}

/** Fails a case unless the condition holds. */
export function check(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}

/** Fails a case unless both are the same in JSON. */
export function checkEqual(found: unknown, expected: unknown, what: string): void {
  const [foundText, expectedText] = [JSON.stringify(found), JSON.stringify(expected)];
  check(foundText === expectedText, `${what}: expected ${expectedText}, found ${foundText}`);
}

/** Fails a case unless the promise rejects with an InputError of this code; returns its message. */
export async function checkRejects(promise: Promise<unknown>, code: string): Promise<string> {
  try {
    await promise;
  } catch (error) {
    const { name, code: found, message } = error as Error & { code?: string };
    check(name === 'InputError' && found === code, `expected InputError ${code}, found ${name} ${found}: ${message}`);
    return message;
  }
  throw new Error(`expected InputError ${code}, found no error`);
}
