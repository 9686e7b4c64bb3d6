import { Detector } from '../../src/index.ts';
import * as platform from '../../src/platform/browser.ts';
import { type ConformanceResult, runCases } from '../cases/conformance.ts';
import { conformanceCases } from '../cases/conformance-all.ts';

/** The suite in a page, called by the test. */
export function run(expectedRows: number[]): Promise<ConformanceResult[]> {
  return runCases(conformanceCases, { runtime: 'browser', platform, load: Detector.load, expectedRows });
}
