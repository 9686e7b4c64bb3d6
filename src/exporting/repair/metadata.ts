import type { OnnxModel } from '../../onnx/graph.ts';
import { metadataSize } from '../../yolov10/read.ts';
import type { Goal } from './goal.ts';

/** Entries of the metadata that would be wrong about the repaired input, as they should be: programs go by them. */
export function staleMetadata({ metadata }: OnnxModel, { dims }: Goal): Map<string, string> {
  const [batch, , height, width] = dims;
  const right = new Map<string, string>();
  const size = metadataSize(metadata);
  const isFixed = typeof height === 'number' && typeof width === 'number';
  if (isFixed && metadata.has('imgsz') && (size?.height !== height || size.width !== width)) right.set('imgsz', `[${height}, ${width}]`);
  if (typeof batch === 'number' && metadata.has('batch') && Number(metadata.get('batch')) !== batch) right.set('batch', String(batch));
  return right;
}
