/** What every entry exports beside its Detector. */
export { type Complaint, type ErrorCode, InputError } from './core/errors.ts';
export type { LoadOptions } from './detector.ts';
export type { Detection } from './image/detection.ts';
export { annotate } from './image/draw.ts';
export type { DrawOptions } from './image/labels.ts';
export type { Box } from './image/letterbox.ts';
export { type Picture, type RawPixels, pictureFrom } from './image/picture.ts';
export type { AdapterChoice, AdapterDescription, ByteSource, DownloadProgress } from './platform/contract.ts';
export type { Visitor } from './plan/executor.ts';
export type { DetectOptions, ImageSize, PictureSize, Tensor } from './requests.ts';
export type { Yolov10 } from './yolov10/read.ts';
