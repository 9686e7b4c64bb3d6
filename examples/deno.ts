/**
 * Finds objects in one picture with Deno and writes it with its boxes:
 *
 *   deno run --allow-all examples/deno.ts photo.jpg boxes.png
 *
 * With the package installed, import from 'npm:yolov10-webgpu' instead.
 */
import { writeFile } from 'node:fs/promises';
import process from 'node:process';
import sharp from 'sharp';
import { annotate, Detector, pictureOf } from '../src/deno.ts';

const [photo = 'photo.jpg', output = 'boxes.png'] = process.argv.slice(2);

const detector = await Detector.load(process.env.MODEL ?? 'models/yolov10n-codes.onnx');
const picture = await pictureOf(photo);
const detections = await detector.detect(picture);
console.log(detections);

const { width, height, data } = annotate(picture, detections);
await writeFile(output, await sharp(data, { raw: { width, height, channels: 4 } }).png().toBuffer());
detector.dispose();
