import * as platform from '../../src/platform/deno.ts';
import { runCases } from '../cases/conformance.ts';
import { conformanceCases } from '../cases/conformance-all.ts';

console.log(JSON.stringify(await runCases(conformanceCases, { runtime: 'deno', platform })));
