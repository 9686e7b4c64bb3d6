export { type Diagnosis, diagnose, isSound } from './doctor/diagnose.ts';
export type { Breakage, Finding, FindingCode, Severity } from './doctor/finding.ts';
export { printReport, type Report, toReport } from './doctor/report.ts';
export { drawPathSvg, drawPathText } from './path/draw.ts';
export { type PathStep, tracePath } from './path/trace.ts';
export { type OutputForm, reexport, type ReexportOptions } from './reexport.ts';
export { repair, type Repair, type RepairOptions } from './repair/repair.ts';
export { fullView, type Inference, type InferOptions, inferShapes, onnxView, tensorrtView } from './shapes/infer.ts';
