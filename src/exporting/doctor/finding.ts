/** How bad: `error` fails or gives wrong results somewhere, `warning` loses shapes or names, `note` is worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

/** Stable names of what can be wrong with an export; scripts may switch on them. */
export type FindingCode =
  | 'batch-in-reshape' | 'batch-in-expand' | 'batch-in-tile' | 'batch-in-constant' | 'batch-mixed' | 'batch-sliced'
  | 'input-batch-lost' | 'output-batch-lost' | 'batch-static'
  | 'channel-minus-one' | 'conv-input-unknown-tensorrt' | 'conv-input-unknown-onnx' | 'shape-unknown'
  | 'output-dims-misnamed' | 'annotation-wrong'
  | 'size-baked' | 'anchors-baked'
  | 'topk-k-computed' | 'mod-operator' | 'gather-elements-operator' | 'unknown-operator'
  | 'graph-cycle' | 'nodes-unsorted' | 'node-contradiction' | 'value-missing' | 'types-mixed' | 'output-type-wrong'
  | 'float16-overflow' | 'float16-boxes' | 'batch-norm-training' | 'batch-norm-unfolded' | 'names-missing';

/** An engine that a finding breaks, with the words it complains in; empty where it fails silently. */
export interface Breakage {
  engine: string;
  message: string;
}

export interface Finding {
  code: FindingCode;
  severity: Severity;
  /** The node's name, or the graph input, output or tensor it is about. */
  node: string;
  /** What the shape or value is, and what it should be. */
  is: string;
  shouldBe: string;
  breaks: Breakage[];
  remedy: string;
}

/** What remedies call the file at hand. */
const FILE = 'model.onnx';

/** The command that puts most findings right. */
export const repairCommand = `Run: npx yolov10-webgpu repair ${FILE} -o fixed.onnx`;
/** The same where the graph is to be left behind. */
export const rebuildCommand = `${repairCommand} --rebuild`;

/** A finding whose remedy names the user's file, in quotes where a shell needs them. */
export function about(path: string, finding: Finding): Finding {
  const quoted = /^[\w@%+=:,./\\-]+$/.test(path) ? path : `"${path}"`;
  return { ...finding, remedy: finding.remedy.replaceAll(FILE, () => quoted) };
}

/** What to do where no command helps. */
export const exportAgain = 'Export the model again from its checkpoint; a repair cannot know what was meant.';
