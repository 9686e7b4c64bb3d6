import { format, isKnown } from '../../../core/dim.ts';
import { label } from '../../shapes/infer.ts';
import type { Pin } from '../../shapes/rule.ts';
import type { Finding } from '../finding.ts';
import { isWritten, type Patient, variesWithBatch, variesWithSize } from '../patient.ts';

const remedy = 'Run: npx yolov10-webgpu repair model.onnx -o fixed.onnx --dynamic batch,height,width (or --dynamic batch for this one size)';

/** Heights, widths or anchors of one picture size written into a graph that declares them dynamic. */
export function checkSizes(patient: Patient): Finding[] {
  const pins = patient.full.pins.filter((pin) => isSizePin(patient, pin));
  const findings = pins.map((pin) => sizeFinding(patient, pin));
  return [...new Map(findings.map((finding) => [`${finding.code} ${finding.node}`, finding])).values()];
}

function isSizePin(patient: Patient, { left, right }: Pin): boolean {
  if (!isKnown(left) || !isKnown(right)) return false;
  const sides = [left, right];
  return sides.some((dim) => variesWithSize(patient, dim)) && !sides.some((dim) => variesWithBatch(patient, dim));
}

function sizeFinding(patient: Patient, { output, left, right }: Pin): Finding {
  const node = patient.makers.get(output)!;
  const anchors = ['Add', 'Sub', 'Mul'].includes(node.op) && node.inputs.find((name) => isWritten(patient, name));
  return {
    code: anchors ? 'anchors-baked' : 'size-baked',
    severity: 'error',
    node: anchors || label(node),
    is: `${format(left)} meets ${format(right)} at "${label(node)}"`,
    shouldBe: `${format(left)} for every height and width`,
    breaks: [{ engine: 'every engine at another picture size', message: anchors ? 'broadcast dimensions must be conformable' : 'reshape would change volume' }],
    remedy,
  };
}
