import { expect, test } from 'vitest';
import { FLOAT32_TOLERANCE } from '../../src/crosscheck/match.ts';
import { reportHtml } from '../../src/crosscheck/validate-html.ts';
import type { ShownBox, ValidationReport } from '../../src/crosscheck/validation-report.ts';

const [height, width] = [64, 96];
const box: ShownBox = { label: 'a <b>', classId: 3, score: 0.8765, corners: [10.04, 20.06, 50.25, 44] };
const report: ValidationReport = {
  passed: true,
  model: { scale: 'n', classCount: 80, opset: 17, producer: '', bytes: 1e6 },
  input: { height, width },
  engine: 'own', peer: 'another', withoutPeer: null,
  tolerance: FLOAT32_TOLERANCE,
  checks: [],
  firstDifference: null,
  pictures: [{ name: 'picture', slot: 0, pixels: new Float32Array(3 * height * width), alone: [box, { ...box, corners: [0, 1, 9, 9] }], peer: [box] }],
  milliseconds: 1,
};

test('boxes are drawn to a tenth of a pixel, our own with a caption above them, or at the top of the picture', async () => {
  const [, drawn] = /<svg viewBox="0 0 96 64">(.*)<\/svg><\/div>/.exec(await reportHtml(report, 'model'))!;
  expect(drawn!.split(/(?<=<\/rect>|\/>|<\/text>)/)).toMatchInlineSnapshot(`
    [
      "<rect class="ours" x="10.0" y="20.1" width="40.2" height="23.9" stroke="#00bfc8"><title>a &lt;b&gt; 0.876</title></rect>",
      "<rect x="10.0" y="16.9" width="16.3" height="3.2" fill="#00bfc8"/>",
      "<text x="10.7" y="19.3" font-size="2.7" fill="#000000">a &lt;b&gt; 0.88</text>",
      "<rect class="ours" x="0.0" y="1.0" width="9.0" height="8.0" stroke="#00bfc8"><title>a &lt;b&gt; 0.876</title></rect>",
      "<rect x="0.0" y="0.0" width="16.3" height="3.2" fill="#00bfc8"/>",
      "<text x="0.7" y="2.4" font-size="2.7" fill="#000000">a &lt;b&gt; 0.88</text>",
      "<rect class="theirs" x="10.0" y="20.1" width="40.2" height="23.9"><title>a &lt;b&gt; 0.876</title></rect>",
    ]
  `);
});
