import { LARGEST_FLOAT16 } from '../../../core/float16.ts';
import type { OnnxTensor } from '../../../onnx/graph.ts';
import { toFloat32 } from '../../../onnx/values.ts';
import { constantTensor } from '../../shapes/ops/constants.ts';
import { label } from '../../shapes/infer.ts';
import { exportAgain, type Finding } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** What the weights and metadata hold. */
export function checkContent(patient: Patient): Finding[] {
  return [...checkOverflow(patient), ...checkBoxPrecision(patient), ...checkBatchNorm(patient), ...checkNames(patient)];
}

/** Numbers that float16 cannot hold, or that were already lost to it. */
function checkOverflow({ model }: Patient): Finding[] {
  const written = model.graph.nodes.filter(({ op }) => op === 'Constant').flatMap((node) => constantTensor(node) ?? []);
  const names = new Map(model.graph.nodes.map((node) => [node.outputs[0], label(node)]));
  return [...model.graph.initializers.values(), ...written].flatMap((tensor) => {
    const worst = isFloat(tensor) ? largestIn(tensor) : 0;
    return worst <= LARGEST_FLOAT16 ? [] : [overflowFinding(tensor.name || names.get(tensor.name) || 'a constant', tensor, worst)];
  });
}

function isFloat({ dataType }: OnnxTensor): boolean {
  return dataType === 'float' || dataType === 'float16' || dataType === 'bfloat16' || dataType === 'double';
}

/** The largest magnitude; infinite where a value is not a number. */
function largestIn(tensor: OnnxTensor): number {
  const { buffer, byteOffset, length } = toFloat32(tensor);
  const bits = new Uint32Array(buffer, byteOffset, length);
  let largest = 0;
  // Without their signs, the bits of floats are in the order of their magnitudes, with infinity and NaN last: compared
  // as integers, a hundred megabytes take a quarter of the time.
  for (let index = 0; index < length; index++) {
    const magnitude = bits[index]! & 0x7fffffff;
    if (magnitude > largest) largest = magnitude;
  }
  const value = new Float32Array(Uint32Array.of(largest).buffer)[0]!;
  return Number.isNaN(value) ? Number.POSITIVE_INFINITY : value;
}

function overflowFinding(node: string, { dataType }: OnnxTensor, worst: number): Finding {
  const lost = worst === Number.POSITIVE_INFINITY;
  return {
    code: 'float16-overflow',
    severity: lost ? 'error' : 'warning',
    node,
    is: lost ? `infinite or not a number, in ${dataType}` : `up to ${worst.toPrecision(3)}`,
    shouldBe: `finite, and at most ${LARGEST_FLOAT16} where float16 is wanted`,
    breaks: [{ engine: lost ? 'every engine' : 'TensorRT --fp16, WebGPU f16', message: '' }],
    remedy: lost ? exportAgain : 'Keep this layer in float32.',
  };
}

function checkBoxPrecision({ model }: Patient): Finding[] {
  const output = model.graph.outputs.find(({ dataType }) => dataType === 'float16');
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
  const [node, ...more] = model.graph.nodes.filter(({ op }) => op === 'BatchNormalization');
  if (!node) return [];
  return [{
    code: 'batch-norm-unfolded',
    severity: 'warning',
    node: label(node),
    is: `BatchNormalization${more.length > 0 ? `, and ${more.length} more` : ''}`,
    shouldBe: 'folded into the convolutions',
    breaks: [{ engine: 'engines that do not fold it themselves: slower', message: '' }],
    remedy: 'Run: npx yolov10-webgpu repair model.onnx -o fixed.onnx --rebuild',
  }];
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
