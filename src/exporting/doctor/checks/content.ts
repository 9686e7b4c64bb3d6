import { LARGEST_FLOAT16 } from '../../../core/float16.ts';
import { intOf } from '../../../onnx/attributes.ts';
import type { OnnxNode, OnnxTensor } from '../../../onnx/graph.ts';
import { toFloat32 } from '../../../onnx/values.ts';
import { constantTensor } from '../../shapes/ops/constants.ts';
import { label } from '../../shapes/infer.ts';
import { exportAgain, type Finding, rebuildCommand } from '../finding.ts';
import type { Patient } from '../patient.ts';
import { weightNames } from './weight-names.ts';

/** What the weights and metadata hold. */
export function checkContent(patient: Patient): Finding[] {
  return [...checkOverflow(patient), ...checkBoxPrecision(patient), ...checkBatchNorm(patient), ...checkNames(patient)];
}

/** Numbers that float16 cannot hold, or that were already lost to it. */
function checkOverflow({ model, makers }: Patient): Finding[] {
  const written = model.graph.nodes.flatMap((node) => {
    const tensor = node.op === 'Constant' ? constantTensor(node) : undefined;
    return tensor ? [[node.outputs[0]!, label(node), tensor] as const] : [];
  });
  const kept = [...model.graph.initializers].map(([name, tensor]) => [name, name, tensor] as const);
  const weights = weightNames(model.graph, makers);
  return [...kept, ...written].flatMap(([name, title, tensor]) => (isFloat(tensor) ? overflowFindings(title, tensor, weights.has(name)) : []));
}

function isFloat({ dataType }: OnnxTensor): boolean {
  return dataType === 'float' || dataType === 'float16' || dataType === 'bfloat16' || dataType === 'double';
}

function overflowFindings(node: string, tensor: OnnxTensor, isWeight: boolean): Finding[] {
  const bits = magnitudes(tensor);
  const largest = largestUpTo(bits, ALL);
  if (largest > INFINITE || (largest === INFINITE && isWeight)) return [lostFinding(node, tensor)];
  const worst = floatOf(largest === INFINITE ? largestUpTo(bits, INFINITE - 1) : largest);
  return [...(largest === INFINITE ? [boundFinding(node, tensor)] : []), ...(worst > LARGEST_FLOAT16 ? [largeFinding(node, worst, isWeight)] : [])];
}

/** The bits of infinity as a float32; those of what is not a number are larger. */
const INFINITE = 0x7f800000;
const ALL = 0x7fffffff;

/** Float32 bits. Without their signs they are in the order of the magnitudes, and as integers they compare four times as fast. */
function magnitudes(tensor: OnnxTensor): Uint32Array {
  const { buffer, byteOffset, length } = toFloat32(tensor);
  return new Uint32Array(buffer, byteOffset, length);
}

function largestUpTo(bits: Uint32Array, limit: number): number {
  let largest = 0;
  for (let index = 0; index < bits.length; index++) {
    const magnitude = bits[index]! & 0x7fffffff;
    if (magnitude > largest && magnitude <= limit) largest = magnitude;
  }
  return largest;
}

function floatOf(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0]!;
}

function lostFinding(node: string, { dataType }: OnnxTensor): Finding {
  const [is, shouldBe] = [`infinite or not a number, in ${dataType}`, 'finite'];
  return { code: 'float16-overflow', severity: 'error', node, is, shouldBe, breaks: [{ engine: 'every engine', message: '' }], remedy: exportAgain };
}

/** Masks and the bounds of Clip, Max and Min are infinite by intention. */
function boundFinding(node: string, { dataType }: OnnxTensor): Finding {
  const [is, shouldBe] = [`infinite, in ${dataType}`, 'finite, unless it is a mask or a bound'];
  return { code: 'float16-overflow', severity: 'note', node, is, shouldBe, breaks: [], remedy: `Nothing, where it is one. If not: ${exportAgain}` };
}

/** A bound of Clip is often the largest float32: only a weight is lost by it. */
function largeFinding(node: string, worst: number, isWeight: boolean): Finding {
  return {
    code: 'float16-overflow',
    severity: isWeight ? 'warning' : 'note',
    node,
    is: `up to ${worst.toPrecision(3)}`,
    shouldBe: `finite, and at most ${LARGEST_FLOAT16} where float16 is wanted`,
    breaks: [{ engine: 'TensorRT --fp16, WebGPU f16', message: '' }],
    remedy: 'Keep this layer in float32.',
  };
}

function checkBoxPrecision({ model, full }: Patient): Finding[] {
  const output = model.graph.outputs.find(({ name }) => full.types.get(name) === 'float16');
  if (!output) return [];
  return [{
    code: 'float16-boxes',
    severity: 'note',
    node: output.name,
    is: 'boxes in float16, half a pixel apart above 512',
    shouldBe: 'boxes in float32',
    breaks: [],
    remedy: 'Run: npx yolov10-webgpu repair model.onnx -o fixed.onnx --rebuild --half, which keeps the head in float32.',
  }];
}

function checkBatchNorm({ model }: Patient): Finding[] {
  const norms = model.graph.nodes.filter(({ op }) => op === 'BatchNormalization');
  const training = normFinding(norms.filter((node) => isTraining(node, model.opset)), 'BatchNormalization over the pictures of the batch', {
    code: 'batch-norm-training',
    severity: 'error',
    shouldBe: 'the statistics that the training gathered: an export in evaluation mode',
    breaks: [{ engine: 'every engine', message: 'none; what is found in a picture depends on the others' }],
  });
  const unfolded = normFinding(norms, 'BatchNormalization', {
    code: 'batch-norm-unfolded',
    severity: 'warning',
    shouldBe: 'folded into the convolutions',
    breaks: [{ engine: 'engines that do not fold it themselves: slower', message: '' }],
  });
  return [...training, ...unfolded];
}

/** By an attribute since operator set 14, before it by asking for the statistics of the batch. */
function isTraining(node: OnnxNode, opset: number): boolean {
  return opset >= 14 ? intOf(node, 'training_mode', 0) === 1 : node.outputs.slice(1).some((name) => name !== '');
}

function normFinding([node, ...more]: readonly OnnxNode[], is: string, rest: Pick<Finding, 'code' | 'severity' | 'shouldBe' | 'breaks'>): Finding[] {
  if (!node) return [];
  return [{ ...rest, node: label(node), is: `${is}${more.length > 0 ? `, and ${more.length} more` : ''}`, remedy: rebuildCommand }];
}

function checkNames({ model }: Patient): Finding[] {
  if (model.metadata.get('names')) return [];
  return [{
    code: 'names-missing',
    severity: 'note',
    node: 'metadata',
    is: 'no `names`',
    shouldBe: "class names, such as {0: 'person', 1: 'bicycle'}",
    breaks: [{ engine: 'programs that print class names', message: '' }],
    remedy: 'Pass the names to your program, or add them to the metadata.',
  }];
}
