import type { ConformanceCase } from './conformance.ts';
import { platformCases } from './conformance-platform.ts';

/** The suite that Node, Deno and the browser all run. */
export const conformanceCases: ConformanceCase[] = [...platformCases];
