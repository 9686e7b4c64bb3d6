import type { OnnxModel } from '../../onnx/graph.ts';

type Rename = (name: string) => string;

/** The model with its head under the names of the one-to-many head, whose rows want a suppression. */
export function withOtherHead(model: OnnxModel): OnnxModel {
  const rename: Rename = (name) => name.replaceAll('one2one_cv', 'cv');
  const nodes = model.graph.nodes.map((node) => ({ ...node, name: rename(node.name) }));
  return renameValues({ ...model, graph: { ...model.graph, nodes } }, rename);
}

/** The model with values renamed, except to names that others have. */
export function withNames(model: OnnxModel, names: ReadonlyMap<string, string>): OnnxModel {
  const { initializers, nodes } = model.graph;
  const taken = new Set([...initializers.keys(), ...nodes.flatMap(({ outputs }) => outputs), ...names.keys()]);
  return renameValues(model, (name) => {
    const wish = names.get(name);
    return wish === undefined || taken.has(wish) ? name : wish;
  });
}

/** The model with other names for its values, wherever they stand. */
function renameValues(model: OnnxModel, rename: Rename): OnnxModel {
  const { graph } = model;
  const renamed = <T extends { name: string }>(value: T): T => ({ ...value, name: rename(value.name) });
  const initializers = [...graph.initializers.values()].map(renamed);
  return {
    ...model,
    graph: {
      ...graph,
      nodes: graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })),
      initializers: new Map(initializers.map((tensor) => [tensor.name, tensor])),
      inputs: graph.inputs.map(renamed),
      outputs: graph.outputs.map(renamed),
      values: graph.values.map(renamed),
    },
  };
}
