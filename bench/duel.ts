import { worstAgreement } from '../test/cases/agreement.ts';
import type { Counts, EngineHandle, EngineName } from './engine.ts';
import { type Spread, summarise } from './statistics.ts';

/** What is compared, and for how long. */
export interface DuelSetup {
  /** Starts an engine anew, on the bench's adapter. */
  open(name: EngineName): Promise<EngineHandle>;
  /** Timed runs per engine and cell. */
  runs: number;
  /** Seconds one cell may take; a cell that would take longer gets fewer runs, or none. */
  budget: number;
}

export interface CellResult {
  size: number;
  batch: number;
  /** Rows of 300 that agree with ONNX Runtime on the CPU, the worst image of the batch. */
  agreement: Record<Rival, number>;
  /** Steady state; null where the budget did not allow it. Milliseconds per run. */
  steady: Record<Rival, Spread> | null;
  counts: Counts | null;
}

export type Rival = Extract<EngineName, 'own' | 'onnxruntime'>;

const ABBA: Rival[] = ['own', 'onnxruntime', 'onnxruntime', 'own'];

/** Cold starts in fresh processes, in ABBA order: milliseconds from the start of loading to the first rows. */
export async function coldStarts({ open }: DuelSetup, size: number): Promise<Record<Rival, Spread>> {
  const times: Record<Rival, number[]> = { own: [], onnxruntime: [] };
  for (const name of ABBA) {
    const engine = await open(name);
    try {
      times[name].push(...(await engine.first(1, size)).milliseconds);
    } finally {
      await engine.close();
    }
  }
  return { own: summarise(times.own), onnxruntime: summarise(times.onnxruntime) };
}

/** Runs every cell with both engines alive side by side, one computing at a time. */
export async function* duel(setup: DuelSetup, cells: { size: number; batch: number }[]): AsyncGenerator<CellResult> {
  const engines = { own: await setup.open('own'), onnxruntime: await setup.open('onnxruntime'), reference: await setup.open('reference') };
  try {
    const [{ size } = { size: 320 }] = cells;
    for (const engine of Object.values(engines)) await engine.first(1, size);
    for (const cell of cells) yield await fight(engines, setup, cell);
  } finally {
    for (const engine of Object.values(engines)) await engine.close();
  }
}

async function fight(
  engines: Record<EngineName, EngineHandle>,
  { runs, budget }: DuelSetup,
  { size, batch }: { size: number; batch: number },
): Promise<CellResult> {
  const expected = (await engines.reference.run(batch, size, 1)).rows;
  const agreement: Record<Rival, number> = { own: 0, onnxruntime: 0 };
  let seconds = 0;
  for (const name of ['own', 'onnxruntime'] as const) {
    agreement[name] = worstAgreement((await engines[name].run(batch, size, 1)).rows, expected, batch); // warms up, too
    seconds += await secondsOf(engines[name], batch, size);
  }
  const counts = await engines.own.count(batch, size);
  const rounds = Math.min(Math.ceil(runs / 2), Math.floor(budget / (2 * seconds)));
  const steady = rounds > 0 ? await steadyTimes(engines, batch, size, rounds) : null;
  return { size, batch, agreement, steady, counts };
}

async function secondsOf(engine: EngineHandle, batch: number, size: number): Promise<number> {
  return ((await engine.run(batch, size, 1)).milliseconds[0] as number) / 1000;
}

async function steadyTimes(engines: Record<Rival, EngineHandle>, batch: number, size: number, rounds: number): Promise<Record<Rival, Spread>> {
  const times: Record<Rival, number[]> = { own: [], onnxruntime: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of ABBA) times[name].push(...(await engines[name].run(batch, size, 1)).milliseconds);
  }
  return { own: summarise(times.own), onnxruntime: summarise(times.onnxruntime) };
}
