/** The model that comes with the package: whole, sound, and finding what its sample pictures show. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { overlapOf, type Edges } from '../../models/codes/eval/ap.ts';
import { openEngine, type Engine } from '../../src/cli/engine.ts';
import { stack } from '../../src/crosscheck/batches.ts';
import { FLOAT32_TOLERANCE, judge, matchRows } from '../../src/crosscheck/match.ts';
import { openOnnxRuntime } from '../../src/crosscheck/onnxruntime.ts';
import { testPictures } from '../../src/crosscheck/test-pictures.ts';
import { diagnose, isSound } from '../../src/exporting/doctor/diagnose.ts';
import { pictureOf } from '../../src/image/decode-node.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { recordIo } from '../cases/recorded-io.ts';

const bytes = readFileSync('models/yolov10n-codes.onnx');
let engine: Engine;

beforeAll(async () => { engine = await openEngine({ model: undefined, adapter: undefined }, recordIo()); });
afterAll(() => engine?.dispose());

it('names its classes and is sound', () => {
  expect(engine.labels).toEqual(['linear', 'qr', 'datamatrix', 'aztec', 'pdf417', 'maxicode']);
  expect(isSound(diagnose(parseModel(bytes)))).toBe(true);
});

/** Edges as measured in the pictures by eye. */
it.each<[string, string, Edges]>([
  ['barcode-in-glare.jpg', 'linear', [250, 122, 732, 314]],
  ['barcode-turned.jpg', 'linear', [366, 196, 610, 530]],
  ['qr-in-print.webp', 'qr', [158, 70, 671, 583]],
  ['qr-on-a-card.jpg', 'qr', [27, 349, 361, 670]],
  ['pdf417-tilted.webp', 'pdf417', [58, 119, 720, 574]],
])('finds first in %s a %s', async (name, label, edges) => {
  const [found] = await engine.detect([await pictureOf(`models/codes/samples/${name}`)], {});
  const { box: { xmin, ymin, xmax, ymax }, ...best } = found![0]!;
  expect(best.label).toBe(label);
  expect(best.score).toBeGreaterThan(0.5);
  expect(overlapOf([xmin, ymin, xmax, ymax], edges)).toBeGreaterThan(0.8);
});

it('gives what ONNX Runtime gives', async () => {
  const peer = await openOnnxRuntime(bytes, { threads: 1 });
  try {
    const input = stack(testPictures(1, 576, 576).map(({ pixels }) => pixels), 576, 576);
    const [found, expected] = [(await engine.run(input)).data, (await peer.run(input)).data];
    expect(judge(matchRows(found, expected), found, expected, FLOAT32_TOLERANCE)).toMatchObject({ agrees: true, missing: [0, 0] });
  } finally {
    await peer.dispose!();
  }
});
