/**
 * What the doctor costs on the largest export, 118 MB, in a process of its own: processor time, and memory at its peak,
 * the tool that runs TypeScript included; Linux only. `npx tsx test/soak/doctor-cost.ts`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reexport } from '../../src/exporting/reexport.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { referenceStyle } from '../cases/reference-style.ts';
import { seededNetwork } from '../cases/seeded-model.ts';

const LIMITS = { seconds: 3, timesTheFile: 4 };
/** Run in the process at its end. Linux hands a program the peak of the one that started it, except in VmHWM. */
const REPORT_COST = `data:text/javascript,import { readFileSync } from "node:fs";
process.on("exit", () => {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  const kilobytes = Number(readFileSync("/proc/self/status", "utf8").match(/VmHWM:[^0-9]*([0-9]+)/)[1]);
  console.error(JSON.stringify({ seconds: (userCPUTime + systemCPUTime) / 1e6, peak: kilobytes * 1024 }));
});`;

const folder = mkdtempSync(join(tmpdir(), 'doctor-cost-'));
try {
  const path = join(folder, 'x.onnx');
  const bytes = serializeModel(referenceStyle(reexport(seededNetwork('x')), 'before-fix'));
  writeFileSync(path, bytes);
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--import', REPORT_COST, 'src/cli/main.ts', 'doctor', path], { encoding: 'utf8' });
  const wall = (performance.now() - started) / 1000;
  const { seconds, peak } = JSON.parse(stderr.trimEnd().split('\n').at(-1)!) as { seconds: number; peak: number };
  const times = peak / bytes.length;
  console.log(`${Math.round(bytes.length / 1e6)} MB, exit code ${status}: ${seconds.toFixed(2)} s of processor time (${wall.toFixed(2)} s by the clock), memory ${times.toFixed(2)} times the file`);
  if (status !== 1 || seconds > LIMITS.seconds || times > LIMITS.timesTheFile) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}
