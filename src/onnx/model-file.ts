import { InputError } from '../core/errors.ts';
import { codeOf } from './data-types.ts';
import { decodeModel, encodeModel, exactNumber } from './decode.ts';
import { externalContent, isExternal } from './external.ts';
import type { DataType, DeclaredDim, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from './graph.ts';
import { type ParseOptions, toModel } from './parse.ts';
import type { GraphProto, ModelProto, NodeProto } from './schema.gen.js';
import type { ExternalFiles } from './tensor.ts';
import { nodeMessage, shapeMessage, tensorMessage, valueMessage } from './to-message.ts';

/**
 * An ONNX file under edit. What an edit does not touch is written back as it was read, fields unknown to this
 * project included; weights from data files are written into the file. Nodes are named by their first output that is not
 * left out, which ONNX keeps unique where node names may repeat or lack.
 */
export class ModelFile {
  readonly #message: ModelProto;
  readonly #nodes: Map<string, NodeProto>;

  private constructor(message: ModelProto) {
    this.#message = message;
    this.#nodes = new Map(message.graph!.node.flatMap((node) => {
      const name = node.output.find(Boolean);
      return name === undefined ? [] : [[name, node] as const];
    }));
  }

  /** @throws InputError as `parseModel` */
  static open(bytes: Uint8Array, options: ParseOptions = {}): ModelFile {
    const message = decodeModel(bytes);
    toModel(message, options.external);
    if (options.external) embed(message.graph!, options.external);
    return new ModelFile(message);
  }

  /** The model as it stands after the edits so far. */
  read(): OnnxModel {
    return toModel(this.#message);
  }

  /** The file's bytes after the edits. */
  toBytes(): Uint8Array {
    return encodeModel(this.#message);
  }

  /** Whether nodes carry graphs of their own (If, Loop, Scan), whose needs this project does not follow. */
  get hasSubgraphs(): boolean {
    const graphKinds = [5, 10];
    return this.#graph.node.some(({ attribute }) => attribute.some(({ type }) => graphKinds.includes(type)));
  }

  /** Declares the shape of a graph input or output, and its element type where one is given. */
  declare(name: string, dims: readonly DeclaredDim[], dataType?: DataType): void {
    const { input, output } = this.#graph;
    for (const { name: own, type } of [...input, ...output]) {
      if (own !== name || !type?.tensorType) continue;
      type.tensorType.shape = shapeMessage(dims);
      if (dataType) type.tensorType.elemType = codeOf(dataType)!;
    }
  }

  /** Puts nodes into another order, given by their places in the present one. */
  arrange(places: readonly number[]): void {
    const nodes = this.#graph.node;
    this.#graph.node = places.map((place) => nodes[place]!);
  }

  /** Replaces the shape annotations of intermediate values. */
  annotate(values: readonly OnnxValue[]): void {
    this.#graph.valueInfo = values.map(valueMessage);
  }

  /** Adds a constant, or replaces the one of that name. */
  putInitializer(tensor: OnnxTensor): void {
    put(this.#graph.initializer, tensorMessage(tensor));
    this.#listAmongInputs(tensor);
  }

  /** Before version 4 of the file format every initializer is listed among the inputs; since then it may be. */
  #listAmongInputs(tensor: OnnxTensor): void {
    const { input } = this.#graph;
    const isListed = input.some(({ name }) => name === tensor.name);
    if (isListed || exactNumber(this.#message.irVersion, 'the IR version') < 4) put(input, valueMessage(tensor));
  }

  /** Makes a node read another value at an input position. */
  connect(output: string, position: number, value: string): void {
    const node = this.#node(output);
    while (node.input.length < position) node.input.push('');
    node.input[position] = value;
  }

  /** Puts another node in place of the one that makes `output`. */
  replaceNode(output: string, node: OnnxNode): void {
    const old = this.#node(output);
    const replacement = nodeMessage(node);
    this.#graph.node[this.#graph.node.indexOf(old)] = replacement;
    this.#nodes.set(output, replacement);
  }

  /** Removes nodes, initializers (from among the inputs too) and annotations that no graph output depends on; returns how many nodes went. */
  prune(): number {
    const graph = this.#graph;
    const before = graph.node.length;
    const used = reachable(graph);
    graph.node = graph.node.filter((node) => node.output.some((name) => used.has(name)));
    const unused = new Set(graph.initializer.flatMap(({ name }) => (used.has(name) ? [] : [name])));
    graph.initializer = graph.initializer.filter(({ name }) => !unused.has(name));
    // Listed among the inputs without a value, it would have to be fed.
    graph.input = graph.input.filter(({ name }) => !unused.has(name));
    graph.valueInfo = graph.valueInfo.filter(({ name }) => used.has(name));
    return before - graph.node.length;
  }

  get #graph(): GraphProto {
    return this.#message.graph!;
  }

  #node(output: string): NodeProto {
    const node = this.#nodes.get(output);
    if (output === '') throw unnamed();
    if (!node) throw new Error(`no node makes "${output}"`);
    return node;
  }
}

/** A node is asked for by an output that it leaves out, as an LSTM may its first. */
function unnamed(): InputError {
  const remedy = 'Is this an export of YOLOv10? Its operators name every output.';
  return new InputError('unsupported', { expected: 'a first output of each node that is to be changed', found: 'one that is left out', remedy });
}

/** Adds a message, or replaces the one of its name. */
function put<T extends { name: string }>(messages: T[], message: T): void {
  const index = messages.findIndex(({ name }) => name === message.name);
  messages[index < 0 ? messages.length : index] = message;
}

function embed(graph: GraphProto, files: ExternalFiles): void {
  const attributes = graph.node.flatMap((node) => node.attribute.flatMap(({ t }) => t ?? []));
  for (const tensor of [...graph.initializer, ...attributes].filter(isExternal)) {
    tensor.rawData = externalContent(tensor, files);
    tensor.externalData = [];
    tensor.dataLocation = 0;
  }
}

/** Names of the values that the graph outputs depend on. */
function reachable(graph: GraphProto): Set<string> {
  const makers = new Map(graph.node.flatMap((node) => node.output.map((name) => [name, node] as const)));
  makers.delete('');
  const used = new Set(graph.output.map(({ name }) => name));
  // A Set's iteration also visits what is added on the way.
  for (const name of used) {
    for (const input of makers.get(name)?.input ?? []) if (input !== '') used.add(input);
  }
  return used;
}
