/** Entry for browsers. */
import { Detector as AnyDetector, type LoadOptions } from './detector.ts';
import { type BrowserPictureSource, pictureOf } from './image/pixels-browser.ts';
import type { ByteSource } from './platform/contract.ts';
import * as platform from './platform/browser.ts';

export type Detector = AnyDetector<BrowserPictureSource>;
export const Detector = {
  /** Loads a model and opens a device; see the class of this name in detector.ts. */
  load: (source: ByteSource, options?: LoadOptions): Promise<Detector> => AnyDetector.open({ platform, pictureOf }, source, options),
};
export { type BrowserPictureSource, pictureOf };
export { drawOnCanvas } from './image/draw-canvas.ts';
export * from './api.ts';
