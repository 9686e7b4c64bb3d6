import type { OnnxModel } from '../../onnx/graph.ts';
import { checkBatch } from './checks/batch.ts';
import { checkContent } from './checks/content.ts';
import { checkConvolutions } from './checks/convolutions.ts';
import { checkDeclared } from './checks/declared.ts';
import { checkIntegrity } from './checks/integrity.ts';
import { checkOperators } from './checks/operators.ts';
import { checkSizes } from './checks/sizes.ts';
import { checkSlices } from './checks/slices.ts';
import { checkUnknown } from './checks/unknown.ts';
import type { Finding, Severity } from './finding.ts';
import { examine, type Patient } from './patient.ts';

export interface Diagnosis {
  patient: Patient;
  /** The worst first. */
  findings: Finding[];
}

const checks = [checkBatch, checkSlices, checkConvolutions, checkDeclared, checkSizes, checkIntegrity, checkOperators, checkUnknown, checkContent];
const ranks: Record<Severity, number> = { error: 0, warning: 1, note: 2 };

/** Examines an export for what breaks dynamic batch, other engines or programs that read it. */
export function diagnose(model: OnnxModel): Diagnosis {
  const patient = examine(model);
  const findings = checks.flatMap((check) => check(patient));
  return { patient, findings: findings.sort((a, b) => ranks[a.severity] - ranks[b.severity]) };
}

/** Whether nothing is worse than a note. */
export function isSound({ findings }: Diagnosis): boolean {
  return findings.every(({ severity }) => severity === 'note');
}
