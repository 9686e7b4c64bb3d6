/** What is judged, and on which photos, unless told: the same whatever folder the command is started in. */
import { fileURLToPath } from 'node:url';
import { codesModel } from '../../../src/node.ts';

export const MODEL = fileURLToPath(codesModel);
/** Beside the project, not part of it. */
export const PHOTOS = fileURLToPath(new URL('../../../../shared/photos', import.meta.url));
