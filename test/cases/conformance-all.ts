import { detectorCases } from './conformance-detector.ts';
import { exportingCases } from './conformance-exporting.ts';
import { platformCases } from './conformance-platform.ts';
import type { ConformanceCase } from './conformance.ts';

/** The suite that Node, Deno and the browser all run. */
export const conformanceCases: ConformanceCase[] = [...platformCases, ...detectorCases, ...exportingCases];
