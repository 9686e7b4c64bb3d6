import { formatShape, isKnown, valueOf } from '../../../core/dim.ts';
import { intOf } from '../../../onnx/attributes.ts';
import type { OnnxNode } from '../../../onnx/graph.ts';
import { type Inference, label } from '../../shapes/infer.ts';
import { type Breakage, type Finding, type FindingCode, repairCommand, type Severity } from '../finding.ts';
import { describe, dimsOf, type Patient } from '../patient.ts';

/** Convolutions whose input loses its rank or channels on the way, as TensorRT and as ONNX infer shapes. */
export function checkConvolutions(patient: Patient): Finding[] {
  return [...checkChannels(patient), ...checkTensorrt(patient), ...checkOnnx(patient)];
}

/**
 * A -1 where the channels stand, in a target that is worked out while the model runs: in maps and in attention's views,
 * which have four dimensions, or before a convolution that loses its channels. Elsewhere, as in rows of boxes, it is fair.
 */
function checkChannels(patient: Patient): Finding[] {
  const lost = new Set(lostConvolutions(patient, patient.tensorrt).map((node) => node.inputs[0]));
  return patient.model.graph.nodes.flatMap((node) => {
    const target = node.op === 'Reshape' ? patient.full.values.get(node.inputs[1] ?? '')?.elements : undefined;
    const open = target?.findIndex((dim) => valueOf(dim) === -1) ?? -1;
    if (!(open > 0) || open === target!.length - 1 || target!.every((dim) => valueOf(dim) !== undefined)) return [];
    const feedsConvolution = lost.has(node.outputs[0]!);
    return target!.length === 4 || feedsConvolution ? [channelFinding(patient, node, feedsConvolution)] : [];
  });
}

function channelFinding(patient: Patient, node: OnnxNode, feedsConvolution: boolean): Finding {
  const target = patient.full.values.get(node.inputs[1]!)!.elements;
  return {
    code: 'channel-minus-one',
    severity: 'error',
    node: label(node),
    is: `target ${formatShape(target)}`,
    shouldBe: describe(patient.full.shapes.get(node.outputs[0]!)),
    breaks: [{ engine: 'TensorRT', message: feedsConvolution ? 'Convolution input dimensions: (-1, -1, -1, -1)' : 'Reshape dimension of -1 has no solution.' }],
    remedy: repairCommand,
  };
}

function checkTensorrt(patient: Patient): Finding[] {
  const lost = lostConvolutions(patient, patient.tensorrt);
  return summarize(patient, lost, 'conv-input-unknown-tensorrt', 'error', patient.tensorrt, (node) => [
    { engine: 'TensorRT', message: tensorrtMessage(patient, node) },
  ]);
}

function tensorrtMessage(patient: Patient, node: OnnxNode): string {
  if (intOf(node, 'group', 1) > 1) return `${label(node)}: group count must divide input channel count`;
  const weight = patient.model.graph.initializers.get(node.inputs[1] ?? '');
  const count = weight?.dims.reduce((product, dim) => product * dim, 1) ?? '…';
  return `${label(node)}: kernel weights has count ${count} but … was expected`;
}

function checkOnnx(patient: Patient): Finding[] {
  const lost = lostConvolutions(patient, patient.onnx);
  return summarize(patient, lost, 'conv-input-unknown-onnx', 'warning', patient.onnx, (node) => [
    { engine: 'ONNX shape inference, and what builds on it', message: describe(patient.onnx.shapes.get(node.inputs[0]!)) },
  ]);
}

/** Convolutions that a view knows no channels for although they follow from the file. */
function lostConvolutions(patient: Patient, view: Inference): OnnxNode[] {
  return patient.model.graph.nodes.filter(({ op, domain, inputs }) => {
    if (domain !== '' || (op !== 'Conv' && op !== 'ConvTranspose')) return false;
    const [channels, actual] = [view, patient.full].map((inference) => dimsOf(inference, inputs[0])?.[1]);
    return actual !== undefined && isKnown(actual) && !(channels && isKnown(channels));
  });
}

/** One finding, for the first convolution that lost its channels; the others are counted, not listed. */
function summarize(
  patient: Patient, lost: readonly OnnxNode[], code: FindingCode, severity: Severity, view: Inference, breaks: (node: OnnxNode) => Breakage[],
): Finding[] {
  const [first] = lost;
  if (!first) return [];
  const more = lost.length - 1;
  return [{
    code,
    severity,
    node: label(first),
    is: `input ${describe(view.shapes.get(first.inputs[0]!))}${more > 0 ? `, and ${more} convolutions after it likewise` : ''}`,
    shouldBe: `input ${describe(patient.full.shapes.get(first.inputs[0]!))}`,
    breaks: breaks(first),
    remedy: repairCommand,
  }];
}
