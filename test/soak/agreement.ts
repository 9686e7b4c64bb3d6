/**
 * Holds every scale against ONNX Runtime at the sizes people use, which takes too long for the tests:
 * `npx tsx test/soak/agreement.ts [scales, e.g. n,s] [sizes, e.g. 640x640,416x672] [batches, e.g. 1,2]`.
 */
import { Detector } from '../../src/node.ts';
import { SCALE_NAMES, type ScaleName } from '../../src/yolov10/config.ts';
import { worstAgreement } from '../cases/agreement.ts';
import { noise } from '../cases/noise.ts';
import { runOnnx } from '../cases/onnxruntime.ts';
import { seededModel } from '../cases/seeded-model.ts';

const [scales = SCALE_NAMES.join(), sizes = '320x320,416x672,640x640', batches = '1'] = process.argv.slice(2);
const LEAST_ROWS = 299;

for (const scale of scales.split(',') as ScaleName[]) {
  const model = seededModel(scale, { dynamic: 'batch,height,width' });
  const detector = await Detector.load(model);
  for (const size of sizes.split(',')) {
    const [height, width] = size.split('x').map(Number) as [number, number];
    for (const batch of batches.split(',').map(Number)) {
      const dims = [batch, 3, height, width];
      const data = noise(dims);
      const found = await detector.run({ data, dims });
      const expected = (await runOnnx(model, data, dims))['output0']!.data as Float32Array;
      const rows = worstAgreement(found.data, expected, batch);
      console.log(`${scale} ${size} batch ${batch}: ${rows} of ${found.dims[1]} rows ${rows >= LEAST_ROWS ? 'agree' : 'AGREE, TOO FEW'}`);
      if (rows < LEAST_ROWS) process.exitCode = 1;
    }
  }
  detector.dispose();
}
