import type { ModelFile } from '../../onnx/model-file.ts';
import { examine, type Patient } from '../doctor/patient.ts';
import type { Constants } from './constants.ts';

/** A file under repair, what is known of it as it stands, and the constants put into it. */
export interface Repairing {
  file: ModelFile;
  patient: Patient;
  constants: Constants;
}

/** The file as it stands after the edits so far. */
export function examineAgain(file: ModelFile, constants: Constants): Repairing {
  return { file, patient: examine(file.read()), constants };
}
