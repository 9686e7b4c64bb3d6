import { INLINE_FUNCTIONS } from '../../../onnx/functions.ts';
import type { OnnxNode } from '../../../onnx/graph.ts';
import { isForeignConvolution, remedyFor } from '../../../yolov10/foreign.ts';
import { computesInIntegers, FLOAT_FILE } from '../../../yolov10/quantised.ts';
import { label } from '../../shapes/infer.ts';
import { type Finding, rebuildCommand, repairCommand } from '../finding.ts';
import { dimsOf, type Patient, variesWithBatch } from '../patient.ts';

/** Operators that some engine lacks or restricts. */
export function checkOperators(patient: Patient): Finding[] {
  return [...checkUnknown(patient), ...checkDynamicRange(patient), ...checkTopK(patient), ...checkMod(patient), ...checkGatherElements(patient)];
}

function checkUnknown(patient: Patient): Finding[] {
  const { full } = patient;
  const byOperator = new Map(full.unknownOps.map((node) => [`${node.domain}.${node.op}`, node]));
  const [functions, others] = [true, false].map((calls) => [...byOperator.values()].filter(({ callsFunction = false }) => callsFunction === calls));
  const remedy = others!.length > 0 ? wayWithout(patient) : '';
  return [...others!.map((node) => (node.domain === '' ? notFollowed(node, remedy) : unknownPlugin(node, remedy))), ...functionFinding(functions!)];
}

/** How to come by a file without such operators. */
function wayWithout(patient: Patient): string {
  return otherFile(patient) ?? `To have the network written without it: ${rebuildCommand}`;
}

/** Which file to give instead, where the weights of this one cannot be read, so that no network can be written anew. */
export function otherFile({ model: { graph } }: Patient): string | undefined {
  if (computesInIntegers(graph)) return FLOAT_FILE;
  const foreign = graph.nodes.find(isForeignConvolution);
  return foreign && remedyFor(foreign);
}

/** One finding for all functions: a file that has one has them for every module. */
function functionFinding([node, ...more]: readonly OnnxNode[]): Finding[] {
  if (!node) return [];
  return [{
    code: 'unknown-operator',
    severity: 'warning',
    node: label(node),
    is: `${node.domain}.${node.op}, a function that the file itself defines${more.length > 0 ? `, and ${more.length} more such functions` : ''}`,
    shouldBe: 'the nodes of the function in its place',
    breaks: [{ engine: 'engines that do not inline functions', message: '' }],
    remedy: `Engines may well run it, but what it does is not followed here. ${INLINE_FUNCTIONS}`,
  }];
}

/** An operator of the standard set for which there is no rule, or one that claims to be. */
function notFollowed(node: OnnxNode, remedy: string): Finding {
  return {
    code: 'unknown-operator',
    severity: 'warning',
    node: label(node),
    is: `the operator ${node.op}, which is not followed here`,
    shouldBe: 'an operator whose shapes are known',
    breaks: [],
    remedy: `Engines may well run it. ${remedy}`,
  };
}

function unknownPlugin(node: OnnxNode, remedy: string): Finding {
  return {
    code: 'unknown-operator',
    severity: 'warning',
    node: label(node),
    is: `the operator ${node.domain}.${node.op}`,
    shouldBe: 'an operator of the standard set',
    breaks: [{ engine: 'engines without this operator', message: 'Plugin not found, are the plugin name, version, and namespace correct?' }],
    remedy: `Shapes behind it are not known here. ${remedy}`,
  };
}

/** Dynamic quantisation measures the least and the largest number of a value as it runs, over all pictures at once. */
function checkDynamicRange(patient: Patient): Finding[] {
  const [node, ...more] = find(patient, 'DynamicQuantizeLinear').filter(({ inputs }) => dimsOf(patient.full, inputs[0])?.some((dim) => variesWithBatch(patient, dim)));
  if (!node) return [];
  return [{
    code: 'batch-sliced',
    severity: 'error',
    node: label(node),
    is: `DynamicQuantizeLinear over all pictures of the batch${more.length > 0 ? `, and ${more.length} more` : ''}`,
    shouldBe: 'scales that no other picture changes',
    breaks: [{ engine: 'every engine at a batch above 1', message: 'none; what is found in a picture depends on the others' }],
    remedy: FLOAT_FILE,
  }];
}

function find({ model }: Patient, op: string): OnnxNode[] {
  return model.graph.nodes.filter((node) => node.op === op && node.domain === '');
}

function checkTopK(patient: Patient): Finding[] {
  const { model, makers } = patient;
  const computed = find(patient, 'TopK').filter(({ inputs }) => {
    const maker = makers.get(inputs[1] ?? '');
    return inputs[1] !== undefined && !model.graph.initializers.has(inputs[1]) && maker?.op !== 'Constant';
  });
  return computed.map((node): Finding => ({
    code: 'topk-k-computed',
    severity: 'warning',
    node: label(node),
    is: `K is computed ("${node.inputs[1]}")`,
    shouldBe: 'K as an initializer',
    breaks: [{ engine: 'TensorRT before 10', message: 'This version of TensorRT only supports input K as an initializer.' }],
    remedy: repairCommand,
  }));
}

function checkMod(patient: Patient): Finding[] {
  const [node] = find(patient, 'Mod');
  if (!node) return [];
  const message = 'Plugin not found, are the plugin name, version, and namespace correct?';
  const remedy = 'For TensorRT 8.4 and older: npx yolov10-webgpu repair model.onnx -o fixed.onnx --output mod-free';
  const breaks = [{ engine: 'TensorRT up to 8.4', message }];
  return [{ code: 'mod-operator', severity: 'note', node: label(node), is: 'Mod', shouldBe: 'no Mod, for old engines', breaks, remedy }];
}

function checkGatherElements(patient: Patient): Finding[] {
  const [node, ...more] = find(patient, 'GatherElements');
  if (!node) return [];
  const breaks = [{ engine: 'TensorRT up to 7', message: 'No importer registered for op: GatherElements' }];
  const is = `GatherElements${more.length > 0 ? `, and ${more.length} more` : ''}`;
  const remedy = 'Use TensorRT 8 or newer, or an export of the raw output: --output raw';
  return [{ code: 'gather-elements-operator', severity: 'note', node: label(node), is, shouldBe: 'none, for old engines', breaks, remedy }];
}
