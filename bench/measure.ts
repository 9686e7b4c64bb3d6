import { adapterName } from '../src/cli/engine.ts';
import type { AdapterDescription } from '../src/platform/contract.ts';
import { type CellResult, coldStarts, duel, type DuelSetup, ENOUGH_ROWS } from './duel.ts';
import { type BenchOptions, flopsBySize } from './options.ts';
import { printReport, type Report, writeReport } from './report.ts';

/** Measures every cell and the cold start, prints the table, writes the report. The exit code tells whether rows agree. */
export async function measure(
  { cells, sizes, model, modelName, runs, budget }: BenchOptions,
  { adapter, fmaPeak, peer, open }: { adapter: AdapterDescription; fmaPeak: number; peer: string; open: DuelSetup['open'] },
): Promise<void> {
  const note = (text: string): void => console.error(`  ${text}`);
  const setup = { open, runs, budget, note };
  console.error(`${adapterName(adapter)}; measuring, best left alone meanwhile ...`);
  const results: CellResult[] = [];
  for await (const cell of duel(setup, cells)) {
    results.push(cell);
  }
  const size = sizes.at(-1) as number;
  const cold = { size, ...(await coldStarts(setup, size)) };
  const report: Report = { adapter, fmaPeak, peer, model: modelName, flops: flopsBySize(model, sizes), cold, cells: results };
  printReport(report);
  console.log(`written to ${writeReport(report)}`);
  process.exitCode = results.every(({ agreement }) => agreement.own >= ENOUGH_ROWS) ? 0 : 1;
}
