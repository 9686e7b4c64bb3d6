import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, platform, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { adapterName } from '../src/cli/engine.ts';
import type { AdapterDescription } from '../src/platform/contract.ts';
import { type CellResult, ENOUGH_ROWS, type Rival } from './duel.ts';
import type { Spread } from './statistics.ts';

export interface Report {
  adapter: AdapterDescription;
  /** Measured floating-point operations per second. */
  fmaPeak: number;
  /** The package compared with. */
  peer: string;
  model: string;
  /** Floating-point operations per image, by input size. */
  flops: Record<string, number>;
  /** Load to first rows, batch 1. */
  cold: Record<Rival, Spread> & { size: number };
  cells: CellResult[];
}

/** Prints the report as a table. On a software adapter only ratios are shown: its times say nothing of a GPU's. */
export function printReport(report: Report): void {
  const { adapter, fmaPeak, model, peer, cells, cold } = report;
  const shown = adapter.software ? 'software: ratios only' : `${(fmaPeak / 1e9).toFixed(0)} GFLOPS measured`;
  console.log(`\n${model}, this engine / ${peer}, on ${adapterName(adapter)} (${shown})`);
  console.table(cells.map((cell) => row(report, cell)));
  const times = adapter.software ? '' : ` (${cold.own.median.toFixed(0)} ms against ${cold.onnxruntime.median.toFixed(0)} ms)`;
  console.log(`first result at ${cold.size}, batch 1: ${(cold.onnxruntime.median / cold.own.median).toFixed(1)} × faster than ${peer}${times}`);
}

function row(report: Report, { size, batch, agreement, steady, counts }: CellResult): Record<string, string | number> {
  return {
    size,
    batch,
    'rows agreeing': `${agreement.own} / ${agreement.onnxruntime}`,
    [`faster than ${report.peer}`]: steady ? `${(steady.onnxruntime.median / steady.own.median).toFixed(2)} ×` : untimed(agreement),
    spread: steady ? `±${percent(steady.own.spread / 2)} / ±${percent(steady.onnxruntime.spread / 2)}` : '',
    'share of FMA peak': steady ? `${share(report, size, batch, steady.own)} / ${share(report, size, batch, steady.onnxruntime)}` : '',
    ...(steady && !report.adapter.software && { 'ms per image': `${(steady.own.median / batch).toFixed(2)} / ${(steady.onnxruntime.median / batch).toFixed(2)}` }),
    ...(counts && { dispatches: counts.dispatches, submits: counts.submits, 'created per run': counts.created, 'GPU MB': (counts.gpuBytes / 1e6).toFixed(1) }),
  };
}

function untimed(agreement: Record<Rival, number>): string {
  return Math.min(...Object.values(agreement)) < ENOUGH_ROWS ? 'rows differ' : 'over budget';
}

function share({ flops, fmaPeak }: Report, size: number, batch: number, { median }: Spread): string {
  return percent(((flops[size] ?? 0) * batch) / (median / 1000) / fmaPeak);
}

function percent(part: number): string {
  return `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;
}

/** Writes the report, stamped with commit and versions, to bench/results/; returns the file's path. */
export function writeReport(report: Report): string {
  const folder = fileURLToPath(new URL('results', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const time = new Date().toISOString();
  const name = (report.adapter.architecture || report.adapter.vendor || 'adapter').replace(/\W+/g, '-');
  const path = `${folder}/${time.slice(0, 16).replace(/\D/g, '')}-${name}-${report.peer}.json`;
  writeFileSync(path, `${JSON.stringify({ ...stamp(time), ...relative(report) }, null, 2)}\n`);
  return path;
}

function stamp(time: string): Record<string, unknown> {
  const version = (name: string): string => JSON.parse(readFileSync(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')).version as string;
  return {
    time,
    commit: git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') ? ' with changes' : ''),
    node: process.version,
    system: `${platform()} ${release()}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
    versions: Object.fromEntries(['webgpu', 'onnxruntime-node', 'onnxruntime-web'].map((name) => [name, version(name)])),
  };
}

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

/** On a software adapter, times in units of the first cell's own median: nobody should quote its milliseconds. */
function relative(report: Report): Report {
  if (!report.adapter.software) return report;
  const unit = report.cells.find(({ steady }) => steady)?.steady?.own.median ?? report.cold.own.median;
  const scaled = (spread: Spread): Spread => ({ median: spread.median / unit, spread: spread.spread });
  const both = (times: Record<Rival, Spread>): Record<Rival, Spread> => ({ own: scaled(times.own), onnxruntime: scaled(times.onnxruntime) });
  return {
    ...report,
    cold: { size: report.cold.size, ...both(report.cold) },
    cells: report.cells.map((cell) => ({ ...cell, steady: cell.steady && both(cell.steady) })),
  };
}
