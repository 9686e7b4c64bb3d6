import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = `
import json, sys, onnx
from onnx import shape_inference
def shape(value):
    t = value.type.tensor_type
    if not t.HasField('shape'): return None
    return [d.dim_value if d.HasField('dim_value') else d.dim_param or None for d in t.shape.dim]
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
if sys.argv[2] == 'bare': del model.graph.value_info[:]
inferred = shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
print(json.dumps({v.name: shape(v) for v in [*inferred.graph.value_info, *inferred.graph.output]}))
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
 * Full check and strict shape inference with data propagation by the reference implementation: the shape of every value.
 * `bare` drops the file's own annotations first.
 */
export function pythonShapes(bytes: Uint8Array, annotations: 'kept' | 'bare' = 'kept'): Record<string, (number | string | null)[] | null> {
  const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
  try {
    writeFileSync(join(folder, 'model.onnx'), bytes);
    const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', SCRIPT, join(folder, 'model.onnx'), annotations], { encoding: 'utf8', maxBuffer: 1 << 26 });
    if (status !== 0) throw new Error(stderr.slice(-500));
    return JSON.parse(stdout) as Record<string, (number | string | null)[] | null>;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
