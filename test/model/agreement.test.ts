import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareTensors } from '../../src/crosscheck/layers.ts';
import { stack } from '../../src/crosscheck/batches.ts';
import { type Engine, type NumberTensor, engineOf } from '../../src/crosscheck/engine.ts';
import { FLOAT32_TOLERANCE, judge, matchRows } from '../../src/crosscheck/match.ts';
import { openOnnxRuntime } from '../../src/crosscheck/onnxruntime.ts';
import { testPictures } from '../../src/crosscheck/test-pictures.ts';
import { Detector } from '../../src/node.ts';
import { attentionConfig, type ScaleName } from '../../src/yolov10/config.ts';
import { worstAgreement } from '../cases/agreement.ts';
import { noiseTensor } from '../cases/noise.ts';
import { type SeededNetwork, seededModel, seededNetwork, tinyConfig } from '../cases/seeded-model.ts';

/** Both engines with one file, disposed of after. */
async function withBoth(bytes: Uint8Array, use: (engine: Engine, peer: Awaited<ReturnType<typeof openOnnxRuntime>>) => Promise<void>): Promise<void> {
  const detector = await Detector.load(bytes);
  const peer = await openOnnxRuntime(bytes, { threads: 1 });
  try {
    await use(engineOf(detector, 'this engine'), peer);
  } finally {
    await peer.dispose!();
    detector.dispose();
  }
}

/** Least number of rows per image that have a partner, and how many there are. */
async function agreement(engine: Engine, peer: { run(input: NumberTensor): Promise<NumberTensor> }, input: NumberTensor): Promise<{ matched: number; rows: number }> {
  const [found, expected] = [await engine.run(input), await peer.run(input)];
  expect(found.dims).toEqual(expected.dims);
  return { matched: worstAgreement(found.data, expected.data, input.dims[0]!), rows: found.dims[1]! };
}

/** Names of the tensors that a network's layers make. */
function tensorNames({ layers }: Pick<SeededNetwork, 'layers'>): string[] {
  return layers.flatMap((layer) => (layer.kind === 'detect' ? [] : layer.kind === 'split' ? layer.outputs : [layer.output])).map(({ name }) => name);
}

describe.each<ScaleName>(['n', 's', 'm', 'b', 'l', 'x'])('scale %s', (scale) => {
  it('finds what ONNX Runtime finds, in every layer and in the rows', async () => {
    const size = { height: 64, width: 96 };
    await withBoth(seededModel(scale, size), async (engine, peer) => {
      const input = noiseTensor(2, size.height, size.width);
      const { matched, rows } = await agreement(engine, peer, input);
      expect(rows).toBe(126);
      expect(matched).toBeGreaterThanOrEqual(rows - 1);
      const names = tensorNames(seededNetwork(scale, { classCount: 1 }));
      const differences = await compareTensors(engine, peer, input, names);
      expect(differences.length).toBeGreaterThan(60);
      expect(differences.filter(({ difference }) => !(difference < 1e-4))).toEqual([]);
    });
  });
});

describe('scale n', () => {
  it('agrees at every batch size', async () => {
    const [height, width] = [128, 160];
    await withBoth(seededModel('n', { seed: 2, height, width }), async (engine, peer) => {
      for (const batch of [1, 2, 3, 5, 8]) {
        const { matched, rows } = await agreement(engine, peer, noiseTensor(batch, height, width));
        expect([batch, rows, matched >= 299]).toEqual([batch, 300, true]);
      }
    });
  });

  it('agrees at sizes the file was not made for', async () => {
    await withBoth(seededModel('n', { seed: 3, dynamic: 'batch,height,width' }), async (engine, peer) => {
      for (const [height, width] of [[128, 128], [224, 128], [96, 320]] as const) {
        const { matched } = await agreement(engine, peer, noiseTensor(2, height, width));
        expect([height, width, matched >= 299]).toEqual([height, width, true]);
      }
    });
  });
});

it.each([1, 3, 200])('agrees with %i classes and widths of its own', async (classCount) => {
  const size = { height: 96, width: 64 };
  await withBoth(seededModel(tinyConfig(classCount), size), async (engine, peer) => {
    const { matched, rows } = await agreement(engine, peer, noiseTensor(3, size.height, size.width));
    expect(matched).toBeGreaterThanOrEqual(rows - 1);
  });
});

/** Heads of 78 channels with keys of 39, as a width of 0.3 gives; of 77 with 38, as 0.6; and other bins than the published sixteen. */
it.each([[156, 16], [308, 16], [156, 10]])('agrees with %i attended channels and %i bins', async (attended, bins) => {
  const config = tinyConfig(3);
  const custom = { ...config, psa: attentionConfig(attended, 32), head: { ...config.head, bins } };
  await withBoth(seededModel(custom, { height: 96, width: 64 }), async (engine, peer) => {
    const input = noiseTensor(3, 96, 64);
    const { matched, rows } = await agreement(engine, peer, input);
    expect(matched).toBeGreaterThanOrEqual(rows - 1);
    const names = tensorNames(seededNetwork(custom));
    const differences = await compareTensors(engine, peer, input, names);
    expect(differences.length).toBeGreaterThan(60);
    expect(differences.filter(({ difference }) => !(difference < 1e-4))).toEqual([]);
  });
});

/** Their weights are not trained and many scores tie, so that it is chance which rows are listed; the others must agree. */
it.for(['yolov10n-dynamic-batch', 'yolov10n-nc3-before-fix'])('finds in %s what ONNX Runtime finds', async (name, { skip }) => {
  const path = `../shared/exports/${name}.onnx`;
  skip(!existsSync(path), `needs ${path}`);
  await withBoth(readFileSync(path), async (engine, peer) => {
    const input = stack(testPictures(1, 640, 640).map(({ pixels }) => pixels), 640, 640);
    const [found, expected] = [(await engine.run(input)).data, (await peer.run(input)).data];
    const judgement = judge(matchRows(found, expected), found, expected, FLOAT32_TOLERANCE);
    expect(judgement).toMatchObject({ agrees: true, apart: 0, missing: [0, 0] });
    expect(judgement.matched).toBeGreaterThan(200);
  });
});
