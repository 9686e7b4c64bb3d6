/** What is judged, and on which photos, unless told: the same whatever folder the command is started in. */
import { fileURLToPath } from 'node:url';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const MODEL = here('../../yolov10n-codes.onnx');
/** Beside the project, not part of it. */
export const PHOTOS = here('../../../../shared/photos');
