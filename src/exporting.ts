/** Entry for exported files: what is wrong with one, mending it, writing a new one, and proof. In browsers too. */
export { type Diagnosis, diagnose, isSound } from './exporting/doctor/diagnose.ts';
export type { Finding, FindingCode } from './exporting/doctor/finding.ts';
export { printReport, toReport } from './exporting/doctor/report.ts';
export { drawPathSvg, drawPathText } from './exporting/path/draw.ts';
export { tracePath } from './exporting/path/trace.ts';
export { inferShapes } from './exporting/shapes/infer.ts';
export { type Repair, type RepairOptions, repair } from './exporting/repair/repair.ts';
export { type DynamicDims, type OutputForm, type ReexportOptions, reexport } from './exporting/reexport.ts';
export { type Engine, type Peer, engineOf } from './crosscheck/engine.ts';
export { openOnnxRuntime } from './crosscheck/onnxruntime.ts';
export { type ValidateOptions, validate } from './crosscheck/validate.ts';
export { reportHtml } from './crosscheck/validate-html.ts';
export { reportJunit } from './crosscheck/validate-junit.ts';
export { type ValidationReport, reportJson } from './crosscheck/validation-report.ts';
export { InputError } from './core/errors.ts';
export { parseModel } from './onnx/parse.ts';
export { serializeModel } from './onnx/serialize.ts';
export { readYolov10 } from './yolov10/read.ts';
