import type { Detector as LoadedDetector } from '../src/detector.ts';
import type { RawPixels } from '../src/image/picture.ts';
import { Detector } from '../src/node.ts';
import type { Engine } from './engine.ts';

/** This project's engine. */
export function ownEngine(): Engine {
  let detector: LoadedDetector<RawPixels>;
  return {
    async load(model) {
      detector = await Detector.load(model);
    },
    async run(data, batch, size) {
      return (await detector.run({ data, dims: [batch, 3, size, size] })).data;
    },
  };
}
