import type { DataType, OnnxNode } from '../../../onnx/graph.ts';
import { label } from '../../shapes/infer.ts';
import { firstEarly } from '../../shapes/order.ts';
import { type Breakage, exportAgain, type Finding, type FindingCode, repairCommand } from '../finding.ts';
import type { Patient } from '../patient.ts';

/** What keeps engines from loading a graph, or breaks the rules of the file format. */
export function checkIntegrity(patient: Patient): Finding[] {
  return [...checkOrder(patient), ...checkContradictions(patient), ...checkMissing(patient), ...checkTypes(patient), ...checkOutputTypes(patient)];
}

const everyEngine = (message: string): Breakage[] => [{ engine: 'every engine', message }];

function checkOrder({ full, model: { graph } }: Patient): Finding[] {
  const message = 'Nodes in a graph must be topologically sorted';
  const [cycle] = full.stuck;
  if (cycle) return [finding('graph-cycle', label(cycle), `${full.stuck.length} nodes on a cycle or behind one`, 'no cycle', everyEngine(message))];
  const early = firstEarly(graph.nodes);
  if (!early) return [];
  const breaks = [{ engine: 'the ONNX checker, engines that read nodes in file order', message }];
  return [{ ...finding('nodes-unsorted', label(early), 'nodes before those they read from', 'every node after what it reads', breaks), severity: 'warning', remedy: repairCommand }];
}

function checkContradictions({ full, makers }: Patient): Finding[] {
  return [...full.contradictions].map(([output, reason]) => {
    const node = makers.get(output);
    return finding('node-contradiction', node ? label(node) : output, reason, 'shapes that fit together', everyEngine('Incompatible dimensions'));
  });
}

/** Names that are read and that nothing gives. */
function checkMissing({ model: { graph }, makers }: Patient): Finding[] {
  const given = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys(), ...makers.keys()]);
  const read = graph.nodes.flatMap((node) => node.inputs.map((name) => [name, label(node)] as const));
  const returned = graph.outputs.map(({ name }) => [name, 'the output'] as const);
  const missing = new Map([...read, ...returned].filter(([name]) => name !== '' && !given.has(name)));
  return [...missing].map(([name, reader]) =>
    finding('value-missing', name, `read by "${reader}", and given by nothing`, 'an input, an initializer or what a node makes',
      everyEngine(`Node input '${name}' is not a graph input, initializer, or output of a previous node`)));
}

/** Operators whose operands have one element type. */
const uniform = new Set(['Conv', 'MatMul', 'Gemm', 'Concat', 'Add', 'Sub', 'Mul', 'Div']);
const fractional: ReadonlySet<DataType | undefined> = new Set<DataType>(['float', 'float16', 'bfloat16', 'double']);

/** Precisions that meet in one node, as an incomplete conversion to float16 leaves them. */
function checkTypes({ model, full }: Patient): Finding[] {
  const typesOf = ({ inputs }: OnnxNode): Set<DataType | undefined> => new Set(inputs.map((name) => full.types.get(name)).filter((type) => fractional.has(type)));
  const [mixed, ...more] = model.graph.nodes.filter((node) => node.domain === '' && uniform.has(node.op) && typesOf(node).size > 1);
  if (!mixed) return [];
  const is = `${mixed.op} of ${[...typesOf(mixed)].join(' and ')}${more.length > 0 ? `, and ${more.length} more like it` : ''}`;
  const breaks = [{ engine: 'ONNX Runtime', message: `Type parameter (T) of Optype (${mixed.op}) bound to different types` }];
  return [{ ...finding('types-mixed', label(mixed), is, 'operands of one type', breaks), remedy: repairCommand }];
}

function checkOutputTypes({ model, full }: Patient): Finding[] {
  return model.graph.outputs.flatMap(({ name, dataType }) => {
    const made = full.types.get(name) ?? 'other';
    if (made === dataType || [made, dataType].some((type) => type === 'other' || type === 'undefined')) return [];
    const breaks = [{ engine: 'ONNX Runtime', message: `Type (tensor(${made})) of output arg (${name}) does not match expected type (tensor(${dataType}))` }];
    return [{ ...finding('output-type-wrong', name, `declared as ${dataType}, made as ${made}`, made, breaks), remedy: repairCommand }];
  });
}

function finding(code: FindingCode, node: string, is: string, shouldBe: string, breaks: Breakage[]): Finding {
  return { code, severity: 'error', node, is, shouldBe, breaks, remedy: exportAgain };
}
