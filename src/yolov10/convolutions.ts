import { InputError } from '../core/errors.ts';
import { intOf, intsOf } from '../onnx/attributes.ts';
import { INLINE_FUNCTIONS } from '../onnx/functions.ts';
import { makersOf, type OnnxGraph, type OnnxNode, type OnnxTensor } from '../onnx/graph.ts';
import { type ConstantLookup, type Following, followingSteps } from './following.ts';
import { isConvolution, rejectForeign } from './foreign.ts';
import { type Framed, framed } from './padding.ts';
import { dequantised, rejectIntegers } from './quantised.ts';

/** One Conv node with constant weights, as found in a file. */
export interface Convolution extends Framed {
  /** Module path from the weight's or the node's name, e.g. `model.10.attn.pe`, or null where neither tells. */
  path: string | null;
  /** What to call it in a message. */
  label: string;
  weight: OnnxTensor;
  bias: OnnxTensor | null;
  /** To be folded in, in order. */
  following: Following[];
  /** Operators that read its result once those are folded in: its activation, if it has one. */
  readers: string[];
  /** As the file says it, or empty. */
  strides: readonly number[];
  dilations: readonly number[];
  /** What keeps its numbers from being read, in words, or null. */
  obstacle: string | null;
  groups: number;
}

/**
 * Every convolution of the graph whose weights are constants, in file order.
 * @throws InputError 'not-yolov10' where functions of the file hide some, 'bad-weights' where they compute in integers or are
 * not of the standard operator set
 */
export function findConvolutions(graph: OnnxGraph): Convolution[] {
  const constant = constantLookup(graph);
  rejectIntegers(graph, constant);
  rejectForeign(graph.nodes);
  const found = readConvolutions(graph, constant);
  const isKernel = (input: string): boolean => constant(input)?.dims.length === 4;
  const call = graph.nodes.find(({ callsFunction, inputs }) => callsFunction && (found.length === 0 || inputs.some(isKernel)));
  if (call) throw hidden(call);
  return found;
}

function hidden({ domain, op }: OnnxNode): InputError {
  const found = `some in functions that the file itself defines, such as ${domain}.${op}`;
  return new InputError('not-yolov10', { expected: 'every convolution in the graph', found, remedy: INLINE_FUNCTIONS });
}

function readConvolutions(graph: OnnxGraph, constant: ConstantLookup): Convolution[] {
  const following = followingSteps(graph, constant);
  const makers = makersOf(graph.nodes);
  return graph.nodes.flatMap((node) => {
    const weight = isConvolution(node) ? constant(node.inputs[1]) : null;
    if (!weight) return [];
    const bias = constant(node.inputs[2]);
    const { steps, obstacle, readers } = following(node.outputs[0]!);
    return [{
      path: pathOfWeight(node.inputs[1]!) ?? pathOfNode(node.name),
      label: node.name || node.inputs[1] || `Conv giving ${node.outputs[0]}`,
      weight,
      bias,
      following: steps,
      readers,
      strides: intsOf(node, 'strides') ?? [],
      dilations: intsOf(node, 'dilations') ?? [],
      ...framed(node, weight.dims.slice(2), makers, constant),
      obstacle: node.inputs[2] && !bias ? `a bias ("${node.inputs[2]}") that the file ${makers.has(node.inputs[2]) ? 'computes' : 'lacks'}` : obstacle,
      groups: intOf(node, 'group', 1),
    }];
  });
}

/** Initializers, Constant nodes, and either of them behind Identity, Cast or DequantizeLinear. */
export function constantLookup(graph: OnnxGraph): ConstantLookup {
  const known = new Map(graph.initializers);
  const constant: ConstantLookup = (name) => (name ? (known.get(name) ?? null) : null);
  for (const node of graph.nodes) {
    const output = node.outputs[0];
    if (output === undefined || known.has(output)) continue;
    const value = node.attributes.get('value');
    if (node.op === 'Constant' && value?.kind === 'tensor') known.set(output, value.value);
    const source = node.op === 'Identity' || node.op === 'Cast' ? constant(node.inputs[0]) : node.op === 'DequantizeLinear' ? dequantised(node, constant) : null;
    if (source) known.set(output, source);
  }
  return constant;
}

/** `model.0.conv.weight` → `model.0`; null for renamed initializers such as `onnx::Conv_123`. */
function pathOfWeight(name: string): string | null {
  const match = /(?:^|[./])(model\.\d+(?:\.[A-Za-z0-9_]+)*?)(?:\.conv)?\.weight$/.exec(name);
  return match?.[1] ?? null;
}

/** `/model.22/m.0/cv1/cv1.2/conv/Conv` → `model.22.m.0.cv1.2`: numbered scopes repeat their parent's name. */
function pathOfNode(name: string): string | null {
  const scopes = name.split('/').filter(Boolean);
  const start = scopes.findIndex((scope) => /^model\.\d+$/.test(scope));
  if (start < 0 || scopes.at(-1) !== 'Conv') return null;
  const parts: string[] = [];
  for (const scope of scopes.slice(start, -1)) {
    if (parts.length > 0 && scope.startsWith(`${parts.at(-1)}.`)) parts.pop();
    parts.push(scope);
  }
  if (parts.at(-1) === 'conv') parts.pop();
  return parts.join('.');
}
