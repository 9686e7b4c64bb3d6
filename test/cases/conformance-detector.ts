import type { Detector } from '../../src/detector.ts';
import type { RawPixels } from '../../src/image/picture.ts';
import { worstAgreement } from './agreement.ts';
import { check, checkEqual, checkRejects, type ConformanceCase, type ConformanceContext } from './conformance.ts';
import { SAMPLE, sampleInput, sampleModel } from './conformance-sample.ts';
import { captureDevices } from './devices.ts';
import { meterGpu } from './gpu-meter.ts';
import { randomOf } from './seeded-model.ts';

const ROW_VALUES = 6;
const { data, dims } = sampleInput();
const imageValues = data.length / SAMPLE.batch;

/** What the Detector promises, in every runtime. */
export const detectorCases: ConformanceCase[] = [
  {
    name: 'a model gives the rows that ONNX Runtime gives',
    run: withDetector(async (detector, { expectedRows }) => {
      const { data: rows, dims: rowDims } = await detector.run({ data, dims });
      checkEqual(rowDims, [SAMPLE.batch, expectedRows.length / SAMPLE.batch / ROW_VALUES, ROW_VALUES], 'dims');
      checkEqual(worstAgreement(rows, Float32Array.from(expectedRows), SAMPLE.batch), rowDims[1], 'rows that agree');
    }),
  },
  {
    name: 'a result does not depend on its neighbours',
    run: withDetector(async (detector) => {
      const alone = await runImages(detector, [0]);
      for (const batch of [[0, 1, 2], [1, 0], [2, 2, 1, 1, 0], [0]]) {
        const rows = await runImages(detector, batch);
        const at = batch.indexOf(0) * alone.length;
        checkEqual([...rows.subarray(at, at + alone.length)], [...alone], `image 0 in batch ${batch.join(' ')}`);
      }
    }),
  },
  {
    name: 'a steady run creates nothing and submits once',
    async run({ load, platform }) {
      await platform.requestAdapter(); // makes WebGPU's classes global in Node
      const meter = meterGpu();
      try {
        const detector = await load(sampleModel());
        await runImages(detector, [0, 1]);
        await runImages(detector, [0, 1]);
        meter.read();
        await runImages(detector, [1, 0]);
        const { dispatches, ...others } = meter.read();
        checkEqual(others, { submits: 1, buffers: 0, bufferBytes: 0, bindGroups: 0, pipelines: 0, shaderModules: 0 }, 'calls');
        check(dispatches > 20 && dispatches <= 95, `${dispatches} dispatches`);
        check(meter.liveBytes() > 1e6, `${meter.liveBytes()} bytes on the GPU: the meter does not see them`);
        detector.dispose();
        await new Promise((resolve) => setTimeout(resolve));
        checkEqual(meter.liveBytes(), 0, 'bytes left after dispose()');
      } finally {
        meter.remove();
      }
    },
  },
  {
    name: 'runs that overlap get their own results',
    run: withDetector(async (detector) => {
      const alone = [await runImages(detector, [0]), await runImages(detector, [1, 2]), await runImages(detector, [2])];
      const together = await Promise.all([runImages(detector, [0]), runImages(detector, [1, 2]), runImages(detector, [2])]);
      checkEqual(together.map((rows) => [...rows]), alone.map((rows) => [...rows]), 'rows');
    }),
  },
  {
    name: 'pictures give boxes in their own pixels',
    run: withDetector(async (detector) => {
      const [small, wide] = [picture(50, 40, 1), picture(333, 100, 2)];
      const options = { threshold: 0.05 };
      const [first, second] = await detector.detect([small, wide], options);
      checkEqual(await detector.detect([], options), [], 'no pictures');
      checkEqual(first, await detector.detect(small, options), 'a picture alone and in a batch');
      checkEqual(second, await detector.detect(wide, options), 'another');
      check((first?.length ?? 0) > 3 && (second?.length ?? 0) > 3, 'too few detections to tell anything');
      for (const { box, score, label, classId } of second ?? []) {
        check(0 <= box.xmin && box.xmin <= box.xmax && box.xmax <= 333, `x outside the picture: ${JSON.stringify(box)}`);
        check(0 <= box.ymin && box.ymin <= box.ymax && box.ymax <= 100, `y outside the picture: ${JSON.stringify(box)}`);
        check(score >= 0.05 && score <= 1 && label === `thing ${classId}`, `odd: ${score} ${label}`);
      }
      const scores = (second ?? []).map(({ score }) => score);
      checkEqual(scores, scores.toSorted((a, b) => b - a), 'order of scores');
    }),
  },
  {
    name: 'threshold, classes and maxDetections choose',
    run: withDetector(async (detector) => {
      const image = picture(96, 64, 3);
      const all = await detector.detect(image, { threshold: 0 });
      const median = all[all.length >> 1]?.score ?? 0;
      checkEqual(await detector.detect(image, { threshold: median }), all.filter(({ score }) => score >= median), 'threshold');
      checkEqual(await detector.detect(image, { threshold: 0, maxDetections: 2 }), all.slice(0, 2), 'maxDetections');
      checkEqual(await detector.detect(image, { threshold: 0, classes: ['thing 1'] }), all.filter(({ classId }) => classId === 1), 'classes');
    }),
  },
  {
    name: 'bad requests are errors with a remedy',
    run: withDetector(async (detector) => {
      const image = picture(8, 8, 4);
      await checkRejects(detector.detect({ ...image, data: image.data.subarray(1) }), 'bad-image');
      await checkRejects(detector.detect(image, { threshold: 7 }), 'bad-argument');
      await checkRejects(detector.detect(image, { classes: ['unicorn'] }), 'bad-argument');
      await checkRejects(detector.detect(image, { imageSize: 100 }), 'bad-argument');
      await checkRejects(detector.run({ data, dims: [0, 3, 64, 96] }), 'bad-tensor');
      await checkRejects(detector.run({ data: data.subarray(1), dims }), 'bad-tensor');
      check((await detector.detect(image, { threshold: 0 })).length > 0, 'the detector does not work after the errors');
    }),
  },
  {
    name: 'what is no model is refused',
    async run({ load }) {
      for (const bytes of [new Uint8Array(), new TextEncoder().encode('<!DOCTYPE html>'), sampleModel().subarray(0, 5000)]) {
        await checkRejects(load(bytes), 'not-onnx');
      }
    },
  },
  {
    name: 'a lost device is replaced once, then reported',
    async run({ load, platform }) {
      await platform.requestAdapter();
      const devices = captureDevices();
      const detector = await load(sampleModel());
      try {
        const before = await runImages(detector, [0]);
        devices.all.at(-1)!.destroy();
        checkEqual([...(await runImages(detector, [0]))], [...before], 'rows after recovery');
        check(devices.all.length === 2, `${devices.all.length} devices, expected 2`);
      } finally {
        devices.release();
        detector.dispose();
      }
    },
  },
  {
    name: 'a lost device of the caller is reported',
    async run({ load, platform }) {
      const { adapter, keep } = await platform.requestAdapter();
      const device = await adapter.requestDevice();
      const detector = await load(sampleModel(), { device });
      await runImages(detector, [0]);
      device.destroy();
      await checkRejects(runImages(detector, [0]), 'device-lost');
      detector.dispose();
      check(keep !== null, 'nothing to hold on to');
    },
  },
  {
    name: 'after dispose() every call says so',
    async run({ load }) {
      const detector = await load(sampleModel());
      detector.dispose();
      detector.dispose();
      await checkRejects(detector.detect(picture(8, 8, 5)), 'disposed');
      await checkRejects(detector.run({ data, dims }), 'disposed');
    },
  },
];

const shared = new WeakMap<ConformanceContext, Promise<Detector<RawPixels>>>();

/** A case on a detector that all such cases share, since compiling takes seconds on a software adapter. */
function withDetector(body: (detector: Detector<RawPixels>, context: ConformanceContext) => Promise<void>): ConformanceCase['run'] {
  return async (context) => {
    const loading = shared.get(context) ?? context.load(sampleModel());
    shared.set(context, loading);
    await body(await loading, context);
  };
}

/** Rows of a batch put together from images of the sample. */
async function runImages(detector: Detector<RawPixels>, images: number[]): Promise<Float32Array> {
  const batch = new Float32Array(images.length * imageValues);
  images.forEach((image, slot) => batch.set(data.subarray(image * imageValues, (image + 1) * imageValues), slot * imageValues));
  return (await detector.run({ data: batch, dims: [images.length, ...dims.slice(1)] })).data;
}

function picture(width: number, height: number, seed: number): RawPixels {
  const random = randomOf(seed);
  const pixels = Uint8Array.from({ length: width * height * 4 }, (_, index) => (index % 4 === 3 ? 255 : Math.floor(random() * 256)));
  return { width, height, data: pixels };
}
