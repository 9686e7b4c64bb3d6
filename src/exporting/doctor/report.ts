import { drawPathText } from '../path/draw.ts';
import { type PathStep, tracePath } from '../path/trace.ts';
import type { Diagnosis } from './diagnose.ts';
import { about, type Finding, type Severity } from './finding.ts';
import { describe } from './patient.ts';

/** A diagnosis as plain data, for `--json` and for other programs. */
export interface Report {
  opset: number;
  producer: string;
  inputs: Record<string, string>;
  /** Shapes as they follow from the graph. */
  outputs: Record<string, string>;
  counts: Record<Severity, number>;
  findings: Finding[];
  path: PathStep[];
}

/**
 * Turns a diagnosis into plain data.
 * @param path what the remedies shall call the file
 */
export function toReport({ patient, findings }: Diagnosis, path = 'model.onnx'): Report {
  const { model, full } = patient;
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  return {
    opset: model.opset,
    producer: model.producer,
    inputs: Object.fromEntries(model.graph.inputs.map(({ name, dims }) => [name, dims ? `[${dims.map((dim) => dim ?? '?')}]` : 'unknown rank'])),
    outputs: Object.fromEntries(model.graph.outputs.map(({ name }) => [name, describe(full.shapes.get(name))])),
    counts: { error: count('error'), warning: count('warning'), note: count('note') },
    findings: findings.map((finding) => about(path, finding)),
    path: tracePath(patient),
  };
}

/** A report for people: what the file is, the findings worst first, and the path to the pe convolution where shapes are lost on it. */
export function printReport(report: Report): string {
  const { opset, producer, inputs, outputs, findings, path } = report;
  const values = (list: Record<string, string>): string => Object.entries(list).map(([name, shape]) => `${name} ${shape}`).join(', ');
  const lossy = path.some(({ onnx, tensorrt, exact }) => onnx !== exact || tensorrt !== exact);
  return [
    `opset ${opset}${producer && `, by ${producer}`}`,
    `input  ${values(inputs)}`,
    `output ${values(outputs)}`,
    '',
    ...findings.map(printFinding),
    ...(lossy ? ['The path to the pe convolution:', '', drawPathText(path), ''] : []),
    summary(report),
    '',
  ].join('\n');
}

function printFinding({ severity, code, node, is, shouldBe, breaks, remedy }: Finding): string {
  return [
    `${severity.padEnd(7)}  ${code}  ${node}`,
    `         is         ${is}`,
    `         should be  ${shouldBe}`,
    ...breaks.map(({ engine, message }) => `         breaks     ${engine}${message && `: ${message}`}`),
    `         remedy     ${remedy}`,
    '',
  ].join('\n');
}

function summary({ counts }: Report): string {
  if (counts.error + counts.warning === 0) return `Sound${counts.note > 0 ? `, with ${plural(counts.note, 'note')}` : ''}.`;
  return `${plural(counts.error, 'error')}, ${plural(counts.warning, 'warning')}, ${plural(counts.note, 'note')}.`;
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
