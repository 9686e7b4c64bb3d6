/** Entry for Node: `import { Detector } from 'yolov10-webgpu'` resolves here. */
import { Detector as AnyDetector, type LoadOptions } from './detector.ts';
import { type NodePictureSource, pictureOf } from './image/decode-node.ts';
import type { ByteSource } from './platform/contract.ts';
import * as platform from './platform/node.ts';

export type Detector = AnyDetector<NodePictureSource>;
export const Detector = {
  /** Loads a model and opens a device; see the class of this name in detector.ts. */
  load: (source: ByteSource, options?: LoadOptions): Promise<Detector> => AnyDetector.open({ platform, pictureOf }, source, options),
};
export { type NodePictureSource, pictureOf };
export { codesModel } from './platform/codes-model.ts';
export * from './api.ts';
