import type { ModelFile } from '../../onnx/model-file.ts';
import type { Patient } from '../doctor/patient.ts';
import type { Constants } from './constants.ts';

/** A file under repair, what is known of it as it stands, and the constants put into it. */
export interface Bench {
  file: ModelFile;
  patient: Patient;
  constants: Constants;
}
