import { execFile, spawnSync } from 'node:child_process';
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

/** Debian's Python, and another one that hides it on the path and may bring a newer ONNX. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

const newestOpsets = new Map<string, number>();

function newestOpset(python: string): number {
  const known = newestOpsets.get(python) ?? Number(spawnSync(python, ['-c', 'import onnx; print(onnx.defs.onnx_opset_version())'], { encoding: 'utf8' }).stdout || Number.NaN);
  newestOpsets.set(python, known);
  return known;
}

/** The first Python here whose reference implementation of ONNX (python3-onnx on Debian) knows this operator set. */
function pythonFor(opset: number): string | undefined {
  return PYTHONS.find((python) => newestOpset(python) >= opset);
}

/** Whether the reference implementation of ONNX is here and knows this operator set. */
export function pythonOnnxReads(opset: number): boolean {
  return pythonFor(opset) !== undefined;
}

/**
 * Full check and strict shape inference with data propagation by the reference implementation: the shape of every value,
 * with the file's own annotations `kept` and without (`bare`). Throws where no Python here reads the operator set.
 */
export async function pythonShapes(bytes: Uint8Array, opset = 13): Promise<{ kept: PythonShapes; bare: PythonShapes }> {
  const python = pythonFor(opset);
  if (!python) throw new Error(`no Python with an onnx that reads operator set ${opset}`);
  const folder = await mkdtemp(join(tmpdir(), 'onnx-'));
  try {
    await writeFile(join(folder, 'model.onnx'), bytes);
    const { stdout } = await promisify(execFile)(python, ['-c', SCRIPT, join(folder, 'model.onnx')], { maxBuffer: 1 << 26 });
    return JSON.parse(stdout) as { kept: PythonShapes; bare: PythonShapes };
  } catch (error) {
    throw new Error((error as { stderr?: string }).stderr?.slice(-500) ?? String(error), { cause: error });
  } finally {
    await rm(folder, { recursive: true });
  }
}
