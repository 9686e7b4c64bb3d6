import { diagnose, engineOf, InputError, isSound, parseModel, repair, reportHtml, reportJunit, serializeModel, tracePath, validate } from '../../src/exporting.ts';
import { check, checkEqual, type ConformanceCase } from './conformance.ts';
import { SAMPLE, sampleInput, sampleModel } from './conformance-sample.ts';
import { referenceStyle } from './reference-style.ts';

/** What the entry `yolov10-webgpu/exporting` promises, in every runtime. */
export const exportingCases: ConformanceCase[] = [
  {
    name: 'an export is diagnosed and repaired',
    async run({ load }) {
      const broken = serializeModel(referenceStyle(parseModel(sampleModel()), 'before-fix'));
      const { findings } = diagnose(parseModel(broken));
      check(findings.some(({ code, node }) => code === 'channel-minus-one' && node === '/model.10/attn/Reshape_2'), `found only ${findings.map(({ code }) => code)}`);
      const { bytes, way } = repair(broken);
      checkEqual(way, 'mended', 'way');
      check(isSound(diagnose(parseModel(bytes))), 'the repaired file is not sound');
      checkEqual(tracePath(parseModel(bytes)).at(-1)?.exact, `[batch,128,${SAMPLE.height / 32},${SAMPLE.width / 32}]`, 'what the pe convolution sees');
      const [before, after] = [await load(sampleModel()), await load(bytes)];
      const [expected, found] = [await before.run(sampleInput()), await after.run(sampleInput())];
      checkEqual([...found.data], [...expected.data], 'rows');
      before.dispose();
      after.dispose();
    },
  },
  {
    name: 'an export is validated and reported',
    async run({ load }) {
      const bytes = sampleModel();
      const detector = await load(bytes);
      const report = await validate(bytes, { engine: engineOf(detector, 'this engine'), batches: [1, 2] });
      detector.dispose();
      checkEqual(report.checks.filter(({ status }) => status !== 'passed'), [], 'checks that did not pass');
      check(report.passed && report.checks.length >= 4, `${report.checks.length} checks`);
      check((await reportHtml(report, 'sample.onnx')).includes('data:image/png;base64,'), 'a report without pictures');
      check(reportJunit(report).startsWith('<?xml'), 'no XML');
    },
  },
  {
    name: 'what is no export is refused with a remedy',
    async run() {
      for (const action of [parseModel, repair]) {
        try {
          action(new TextEncoder().encode('<!doctype html>'));
        } catch (error) {
          check(error instanceof InputError && error.code === 'not-onnx' && error.remedy !== '', String(error));
          continue;
        }
        throw new Error('a web page was taken for a model');
      }
    },
  },
];
