import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from '../../src/onnx/graph.ts';
import { toInts } from '../../src/onnx/values.ts';

/** Before the upstream fix -1 stands where the attention's channels belong, after it the number, read from a shape. */
export type ReferenceVersion = 'before-fix' | 'after-fix';

/**
 * Rewires a sound re-export the way the reference exporter writes its Reshapes, Expands and Tiles: dims
 * computed by Shape, Gather, Unsqueeze and Concat, no shape annotations, output dims with invented names. It computes
 * the same numbers.
 */
export function referenceStyle(model: OnnxModel, version: ReferenceVersion): OnnxModel {
  const rewiring = new Rewiring(model, version);
  const nodes = model.graph.nodes.flatMap((node) => rewiring.rewire(node));
  const outputs = model.graph.outputs.map((value) => ({ ...value, dims: [value.dims![0]!, 'Concatoutput0_dim_1', 'Concatoutput0_dim_2'] }));
  const initializers = new Map([...model.graph.initializers, ...rewiring.constants]);
  for (const name of rewiring.unused) initializers.delete(name);
  return { ...model, graph: { ...model.graph, nodes, outputs, values: [], initializers } };
}

const ATTENTION = /\/attn\/Reshape(_[12])?$/;

class Rewiring {
  readonly constants = new Map<string, OnnxTensor>();
  readonly unused = new Set<string>();
  readonly #model: OnnxModel;
  readonly #version: ReferenceVersion;
  #nodes: OnnxNode[] = [];
  #attended = '';

  constructor(model: OnnxModel, version: ReferenceVersion) {
    this.#model = model;
    this.#version = version;
  }

  /** The nodes that stand in for one. */
  rewire(node: OnnxNode): OnnxNode[] {
    this.#nodes = [];
    if (node.name.endsWith('/attn/qkv/conv/Conv')) this.#attended = node.inputs[0]!;
    const written = this.#model.graph.initializers.get(node.inputs[1] ?? '');
    const target = node.op === 'Reshape' && written ? toInts(written) : [];
    if (ATTENTION.test(node.name) || target[0] === 0) this.#reshape(node, target);
    else if (node.op === 'Expand' && written) this.#widen(node);
    else this.#nodes.push(node);
    return this.#nodes;
  }

  #reshape(node: OnnxNode, target: number[]): void {
    this.unused.add(node.inputs[1]!);
    const source = ATTENTION.test(node.name) ? this.#attended : node.inputs[0]!;
    const batch = this.#list(node.name, 'batch', this.#dim(node.name, source, 0));
    const rest = ATTENTION.test(node.name) ? this.#attentionDims(node.name, source, target) : target.slice(1).map((dim, i) => this.#ints(`${node.name}/dim_${i + 1}`, [dim]));
    this.#nodes.push({ ...node, inputs: [node.inputs[0]!, this.#concat(node.name, [batch, ...rest])] });
  }

  /** [heads, channels, height · width] for the first Reshape, [channels, height, width] for the two after it. */
  #attentionDims(name: string, source: string, target: number[]): string[] {
    const [height, width] = [2, 3].map((axis) => this.#dim(name, source, axis));
    const constant = (dim: number, label: string): string => this.#ints(`${name}/${label}`, [dim]);
    if (name.endsWith('/Reshape')) {
      const cells = this.#add('Mul', `${name}/cells`, [height!, width!]);
      return [constant(target[1]!, 'heads'), constant(this.#version === 'before-fix' ? -1 : target[2]!, 'channels'), this.#list(name, 'cells_list', cells)];
    }
    const channels = this.#version === 'before-fix' ? constant(-1, 'channels') : this.#list(name, 'channels_list', this.#dim(name, source, 1));
    return [channels, this.#list(name, 'height', height!), this.#list(name, 'width', width!)];
  }

  /** Expand to ones of a computed rank, then Tile by a computed count. */
  #widen(node: OnnxNode): void {
    this.unused.add(node.inputs[1]!);
    const { name } = node;
    const data = this.#model.graph.nodes.find(({ inputs, op }) => op === 'GatherElements' && inputs[1] === node.outputs[0])!.inputs[0]!;
    const one = (label: string): string => this.#ints(`${name}/${label}`, [1]);
    const repeats = this.#concat(name, [one('one_0'), one('one_1'), this.#list(name, 'columns', this.#dim(name, data, 2))]);
    const rank = this.#add('Shape', `${name}/rank`, [repeats]);
    const ones = this.#add('ConstantOfShape', `${name}/ones`, [rank], { value: { kind: 'tensor', value: int64('', [1], [1]) } });
    const expanded = this.#add('Expand', `${name}/expanded`, [node.inputs[0]!, ones]);
    this.#nodes.push({ ...node, op: 'Tile', name: `${name}/Tile`, inputs: [expanded, repeats] });
  }

  /** One dim of a value as an integer of rank 0. */
  #dim(name: string, source: string, axis: number): string {
    const shape = this.#add('Shape', `${name}/shape_${axis}`, [source]);
    const index = `${name}/index_${axis}`;
    this.constants.set(index, int64(index, [], [axis]));
    return this.#add('Gather', `${name}/gather_${axis}`, [shape, index], { axis: { kind: 'int', value: 0 } });
  }

  /** An integer as a list of one. */
  #list(name: string, label: string, scalar: string): string {
    const before13 = this.#model.opset < 13;
    const inputs = before13 ? [scalar] : [scalar, this.#ints(`${name}/${label}_axes`, [0])];
    return this.#add('Unsqueeze', `${name}/${label}`, inputs, before13 ? { axes: { kind: 'ints', value: [0] } } : {});
  }

  #concat(name: string, inputs: string[]): string {
    return this.#add('Concat', `${name}/target`, inputs, { axis: { kind: 'int', value: 0 } });
  }

  #ints(name: string, values: number[]): string {
    this.constants.set(name, int64(name, [values.length], values));
    return name;
  }

  #add(op: string, name: string, inputs: string[], attributes: Record<string, OnnxAttribute> = {}): string {
    this.#nodes.push({ name, op, domain: '', inputs, outputs: [`${name}_output_0`], attributes: new Map(Object.entries(attributes)) });
    return `${name}_output_0`;
  }
}

function int64(name: string, dims: number[], values: number[]): OnnxTensor {
  return { name, dataType: 'int64', dims, bytes: new Uint8Array(BigInt64Array.from(values, BigInt).buffer) };
}
