/** The suite in Deno. Argument: a JSON file with the expected rows. */
import { readFileSync } from 'node:fs';
import { Detector } from '../../src/deno.ts';
import * as platform from '../../src/platform/deno.ts';
import { runCases } from '../cases/conformance.ts';
import { conformanceCases } from '../cases/conformance-all.ts';

const expectedRows = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as number[];
console.log(JSON.stringify(await runCases(conformanceCases, { runtime: 'deno', platform, load: Detector.load, expectedRows })));
