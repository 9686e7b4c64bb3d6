import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Dims by tensor name: numbers, names, null where a dim is unknown; null for an unknown rank. */
export type PythonShapes = Record<string, (number | string | null)[] | null>;

const SCRIPT = `
import json, sys, onnx
from onnx import shape_inference
def shape(value):
    t = value.type.tensor_type
    if not t.HasField('shape'): return None
    return [d.dim_value if d.HasField('dim_value') else d.dim_param or None for d in t.shape.dim]
def infer(model):
    inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
    return {v.name: shape(v) for v in [*inferred.graph.value_info, *inferred.graph.output]}
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
result = {'kept': infer(model)}
del model.graph.value_info[:]
result['bare'] = infer(model)
print(json.dumps(result))
`;

/** Debian's Python, which another one on the path may hide. */
const PYTHON = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';

let newestOpset: number | undefined;

/** Whether the reference implementation of ONNX is here (Debian's python3-onnx) and knows this operator set. */
export function pythonOnnxReads(opset: number): boolean {
  newestOpset ??= Number(spawnSync(PYTHON, ['-c', 'import onnx; print(onnx.defs.onnx_opset_version())'], { encoding: 'utf8' }).stdout);
  return newestOpset >= opset;
}

/**
 * Full check and strict shape inference with data propagation by the reference implementation: the shape of every value,
 * with the file's own annotations `kept` and without (`bare`).
 */
export async function pythonShapes(bytes: Uint8Array): Promise<{ kept: PythonShapes; bare: PythonShapes }> {
  const folder = await mkdtemp(join(tmpdir(), 'onnx-'));
  try {
    await writeFile(join(folder, 'model.onnx'), bytes);
    const { stdout } = await promisify(execFile)(PYTHON, ['-c', SCRIPT, join(folder, 'model.onnx')], { maxBuffer: 1 << 26 });
    return JSON.parse(stdout) as { kept: PythonShapes; bare: PythonShapes };
  } catch (error) {
    throw new Error((error as { stderr?: string }).stderr?.slice(-500) ?? String(error), { cause: error });
  } finally {
    await rm(folder, { recursive: true });
  }
}
