/** The suite in Node. Argument: a JSON file with the expected rows. */
import { readFileSync } from 'node:fs';
import { Detector } from '../../src/node.ts';
import * as platform from '../../src/platform/node.ts';
import { runCases } from '../cases/conformance.ts';
import { conformanceCases } from '../cases/conformance-all.ts';

const expectedRows = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as number[];
console.log(JSON.stringify(await runCases(conformanceCases, { runtime: 'node', platform, load: Detector.load, expectedRows })));
