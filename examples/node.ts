/**
 * Finds objects in pictures with Node, all of them in one batch:
 *
 *   npx tsx examples/node.ts photo.jpg other.png
 *
 * With the package installed, import from 'yolov10-webgpu' instead. MODEL names another exported YOLOv10.
 */
import { Detector } from '../src/node.ts';

const model = process.env.MODEL ?? 'models/yolov10n-codes.onnx';
const pictures = process.argv.slice(2);
if (pictures.length === 0) {
  console.error('Name the pictures to look at: npx tsx examples/node.ts photo.jpg other.png');
  process.exit(2);
}

const detector = await Detector.load(model);
console.log(`on ${detector.adapter.description}${detector.adapter.software ? ', which computes on the CPU' : ''}`);

const found = await detector.detect(pictures, { threshold: 0.25 });
pictures.forEach((picture, index) => {
  console.log(picture);
  for (const { label, score, box } of found[index]!) {
    const { xmin, ymin, xmax, ymax } = box;
    console.log(`  ${label} ${score.toFixed(2)} from (${xmin.toFixed(0)}, ${ymin.toFixed(0)}) to (${xmax.toFixed(0)}, ${ymax.toFixed(0)})`);
  }
});
detector.dispose();
