import type { OnnxModel, OnnxValue } from '../../onnx/graph.ts';

/**
 * In what a model written anew differs from outside from the one it was written for, in words.
 * @param picture the input of that one that takes pictures
 */
export function differences(before: OnnxModel, after: OnnxModel, picture: OnnxValue): string[] {
  const [output, ...more] = before.graph.outputs;
  const gone = [...before.graph.inputs.filter((input) => input !== picture), ...more];
  return [
    ...difference('input', describe(picture), describe(after.graph.inputs[0]!)),
    ...(output ? difference('output', describe(output), describe(after.graph.outputs[0]!)) : []),
    ...gone.map(({ name }) => `"${name}" is left out`),
    ...difference('operator set', String(before.opset), String(after.opset)),
  ];
}

function difference(what: string, before: string, after: string): string[] {
  return before === after ? [] : [`${what} ${before} → ${after}`];
}

function describe({ name, dataType, dims }: OnnxValue): string {
  return `"${name}" ${dataType} [${dims?.map((dim) => dim ?? '?') ?? '?'}]`;
}
