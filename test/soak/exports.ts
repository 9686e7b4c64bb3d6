/**
 * Every scale, operator set and kind of dynamic export: none has findings, every planted fault is found, every file is
 * repaired and passes python3-onnx where that knows the operator set: `npx tsx test/soak/exports.ts [scales] [opsets]`.
 */
import { diagnose } from '../../src/exporting/doctor/diagnose.ts';
import { type DynamicDims, reexport } from '../../src/exporting/reexport.ts';
import { repair } from '../../src/exporting/repair/repair.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import type { ScaleName } from '../../src/yolov10/config.ts';
import { brokenExports, type MakeSound, type Planted } from '../cases/broken-exports.ts';
import { pythonOnnxReads, pythonShapes } from '../cases/python-onnx.ts';
import { seededNetwork } from '../cases/seeded-model.ts';

const scales = (process.argv[2] ?? 'n,s,m,b,l,x').split(',') as ScaleName[];
const opsets = (process.argv[3] ?? '11,12,13,16,17,18,20').split(',').map(Number);
const dynamics: DynamicDims[] = ['none', 'batch', 'batch,height,width'];
const unmended = new Set(['float16-overflow', 'batch-norm-unfolded']);

const counts = { sound: 0, found: 0, mended: 0, rebuilt: 0, checkedByPython: 0 };

function complain(text: string): void {
  console.error(text);
  process.exitCode = 1;
}

function checkSound(make: MakeSound, title: string): void {
  for (const dynamic of dynamics) {
    const findings = diagnose(make({ dynamic })).findings.filter(({ severity }) => severity !== 'note');
    if (findings.length > 0) complain(`${title} ${dynamic}: ${findings.map(({ code, node }) => `${code} at ${node}`)}`);
    else counts.sound++;
  }
}

function checkPlanted({ title, model, code, node }: Planted, where: string): void {
  const { findings } = diagnose(model);
  if (findings.some((finding) => finding.code === code && finding.node === node)) counts.found++;
  else complain(`${where}, ${title}: not found, but ${findings.map((finding) => `${finding.code} at ${finding.node}`)}`);
}

function checkRepaired({ title, model, mendable }: Planted, where: string): void {
  const { bytes, way } = repair(serializeModel(model));
  counts[way]++;
  const { findings } = diagnose(parseModel(bytes));
  const left = findings.filter(({ severity, code }) => severity !== 'note' && !unmended.has(code));
  if (left.length > 0 || (mendable && way !== 'mended')) complain(`${where}, ${title}: ${way}, left ${left.map(({ code }) => code)}`);
  if (!pythonOnnxReads(model.opset)) return;
  pythonShapes(bytes);
  counts.checkedByPython++;
}

for (const scale of scales) {
  const network = seededNetwork(scale, { classCount: 3 });
  for (const opset of opsets) {
    const where = `${scale}, opset ${opset}`;
    const make: MakeSound = (options) => reexport(network, { height: 128, width: 128, opset, ...options });
    checkSound(make, where);
    for (const planted of brokenExports(make)) {
      checkPlanted(planted, where);
      if (planted.code === 'channel-minus-one' || planted.code === 'batch-in-expand' || scale === 'n') checkRepaired(planted, where);
    }
    console.log(where, JSON.stringify(counts));
  }
}
