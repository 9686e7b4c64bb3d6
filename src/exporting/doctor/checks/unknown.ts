import { formatShape, isKnown } from '../../../core/dim.ts';
import { INLINE_FUNCTIONS } from '../../../onnx/functions.ts';
import { type Finding, repairCommand } from '../finding.ts';
import { dimsOf, type Patient } from '../patient.ts';
import { otherFile } from './operators.ts';

const foundLater = 'Nothing, where it counts what is found, as a suppression inside the graph does. Engines that need fixed shapes take the rows of --output detections.';

/** Outputs whose shape cannot be worked out at all, with the first reason on the way. */
export function checkUnknown(patient: Patient): Finding[] {
  const remedy = patient.model.graph.nodes.some(({ callsFunction }) => callsFunction) ? INLINE_FUNCTIONS : (otherFile(patient) ?? repairCommand);
  return patient.model.graph.outputs.flatMap(({ name }): Finding[] => {
    const known = patient.full.shapes.get(name);
    const dims = dimsOf(patient.full, name);
    if (dims?.every(isKnown)) return [];
    const reason = known && 'reason' in known ? known.reason : known ? `inferred ${formatShape(dims!)}` : 'no node makes it';
    const breaks = [{ engine: 'engines that plan memory ahead', message: '' }];
    const found: Finding = { code: 'shape-unknown', severity: 'warning', node: name, is: reason, shouldBe: 'a shape that follows from the input', breaks, remedy };
    return [dims && patient.dataSized.has(name) ? { ...found, severity: 'note', is: `${reason}, as long as what is found`, remedy: foundLater } : found];
  });
}
