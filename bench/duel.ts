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
  /** Told what is about to be done, for on a software adapter it takes minutes. */
  note(text: string): void;
}

export interface CellResult {
  size: number;
  batch: number;
  /** Rows of 300 that agree with ONNX Runtime on the CPU, the worst image of the batch. */
  agreement: Record<Rival, number>;
  /** Steady state; null where rows do not agree or the budget did not allow it. Milliseconds per run. */
  steady: Record<Rival, Spread> | null;
  counts: Counts | null;
}

/** Rows of 300 that must agree, for times to mean anything: two engines round differently, and one may swap in another last row. */
export const ENOUGH_ROWS = 299;

export type Rival = Extract<EngineName, 'own' | 'onnxruntime'>;

const RIVALS = ['own', 'onnxruntime'] as const satisfies Rival[];
const ABBA: Rival[] = ['own', 'onnxruntime', 'onnxruntime', 'own'];

/** Cold starts in fresh processes, in ABBA order: milliseconds from the start of loading to the first rows. */
export async function coldStarts({ open, note }: DuelSetup, size: number): Promise<Record<Rival, Spread>> {
  const times: Record<Rival, number[]> = { own: [], onnxruntime: [] };
  for (const [index, name] of ABBA.entries()) {
    note(`first result at ${size}, ${index + 1} of ${ABBA.length}: ${name}`);
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
    for (const engine of Object.values(engines)) {
      setup.note(`loading ${engine.name}`);
      await engine.first(1, size);
    }
    for (const cell of cells) yield await fight(engines, setup, cell);
  } finally {
    for (const engine of Object.values(engines)) await engine.close();
  }
}

async function fight(
  engines: Record<EngineName, EngineHandle>,
  { runs, budget, note }: DuelSetup,
  { size, batch }: { size: number; batch: number },
): Promise<CellResult> {
  const cell = `${size} × batch ${batch}`;
  note(`${cell}: comparing rows`);
  const expected = (await engines.reference.run(batch, size, 1)).rows;
  const agreement: Record<Rival, number> = { own: 0, onnxruntime: 0 };
  let seconds = 0;
  for (const name of RIVALS) {
    agreement[name] = worstAgreement((await engines[name].run(batch, size, 1)).rows, expected, batch); // warms up, too
    seconds += await secondsOf(engines[name], batch, size);
  }
  const counts = await engines.own.count(batch, size);
  const wrong = RIVALS.filter((name) => agreement[name] < ENOUGH_ROWS);
  if (wrong.length > 0) {
    note(`${cell}: not timed, for rows of ${wrong.join(' and ')} do not agree with the reference`);
    return { size, batch, agreement, steady: null, counts };
  }
  const rounds = Math.min(Math.ceil(runs / 2), Math.floor(budget / (2 * seconds)));
  if (rounds < 1) note(`${cell}: ${(2 * seconds).toFixed(0)} s for one round of runs, more than --budget ${budget}`);
  const steady = rounds > 0 ? await steadyTimes(engines, batch, size, rounds, (round) => note(`${cell}: round ${round} of ${rounds}`)) : null;
  return { size, batch, agreement, steady, counts };
}

async function secondsOf(engine: EngineHandle, batch: number, size: number): Promise<number> {
  return ((await engine.run(batch, size, 1)).milliseconds[0] as number) / 1000;
}

async function steadyTimes(
  engines: Record<Rival, EngineHandle>, batch: number, size: number, rounds: number, begins: (round: number) => void,
): Promise<Record<Rival, Spread>> {
  const times: Record<Rival, number[]> = { own: [], onnxruntime: [] };
  for (let round = 1; round <= rounds; round++) {
    begins(round);
    for (const name of ABBA) times[name].push(...(await engines[name].run(batch, size, 1)).milliseconds);
  }
  return { own: summarise(times.own), onnxruntime: summarise(times.onnxruntime) };
}
