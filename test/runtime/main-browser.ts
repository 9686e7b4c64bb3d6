import * as platform from '../../src/platform/browser.ts';
import { runCases, type ConformanceResult } from '../cases/conformance.ts';
import { conformanceCases } from '../cases/conformance-all.ts';

/** Called by the test, in the page. */
export function run(): Promise<ConformanceResult[]> {
  return runCases(conformanceCases, { runtime: 'browser', platform });
}
