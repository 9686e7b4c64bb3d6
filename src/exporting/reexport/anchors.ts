import { LEVEL_STRIDES } from '../../yolov10/network.ts';
import type { GraphWriter, Tensor } from './graph-writer.ts';
import type { Settings } from './options.ts';

/** Cell centres [1, 2, anchors] in cells, x then y, and input pixels per cell [1, 1, anchors]. */
export interface Anchors {
  centres: Tensor;
  strides: Tensor;
}

/** Constants for a fixed input size, else computed from the levels' shapes. */
export function writeAnchors(w: GraphWriter, settings: Settings, node: string, levels: Tensor[]): Anchors {
  return settings.size ? constantAnchors(w, node, settings.size) : computedAnchors(w, node, levels);
}

function constantAnchors(w: GraphWriter, node: string, size: { height: number; width: number }): Anchors {
  const cells = LEVEL_STRIDES.flatMap((stride) => {
    const width = size.width / stride;
    return Array.from({ length: (size.height / stride) * width }, (_, i) => ({ x: (i % width) + 0.5, y: Math.floor(i / width) + 0.5, stride }));
  });
  const centres = new Float32Array([...cells.map(({ x }) => x), ...cells.map(({ y }) => y)]);
  return {
    centres: w.floats(`${node}/anchors`, [1, 2, cells.length], centres),
    strides: w.floats(`${node}/strides`, [1, 1, cells.length], Float32Array.from(cells, ({ stride }) => stride)),
  };
}

/**
 * Only broadcasts and Reshapes to constants, no Expand to a computed shape: shape inference follows them. Integer Range,
 * because TensorRT has no dynamic one of floats.
 */
function computedAnchors(w: GraphWriter, node: string, levels: Tensor[]): Anchors {
  const grids = levels.map((level, i) => writeGrid(w, `${node}/grid.${i}`, level, LEVEL_STRIDES[i]!));
  const all = w.apply('Concat', grids, { name: `${node}/grid_output_0`, dims: [1, 3, 'anchors'] }, { axis: 2 });
  const [centres, strides] = w.split(all, 1, [
    { name: `${node}/anchors_output_0`, dims: [1, 2, 'anchors'] },
    { name: `${node}/strides_output_0`, dims: [1, 1, 'anchors'] },
  ]);
  return { centres, strides };
}

/** x, y and stride of one level's cells: [1, 3, cells]. */
function writeGrid(w: GraphWriter, node: string, level: Tensor, stride: number): Tensor {
  const [height, width] = level.dims.slice(2);
  const shape = w.apply('Shape', [level], { name: `${node}/Shape_output_0`, dims: [4], dataType: 'int64' });
  const x = w.unsqueeze(writeCentres(w, `${node}/x`, shape, 3, width!), [0, 1, 2], `${node}/x/Unsqueeze_output_0`); // [1, 1, 1, width]
  const y = w.unsqueeze(writeCentres(w, `${node}/y`, shape, 2, height!), [0, 1, 3], `${node}/y/Unsqueeze_output_0`); // [1, 1, height, 1]
  const zero = w.floats(`${node}/zero`, [], new Float32Array([0]));
  const plane = (op: string, inputs: Tensor[], name: string): Tensor => w.apply(op, inputs, { name: `${node}/${name}_output_0`, dims: [1, 1, height!, width!] });
  const sum = plane('Add', [x, y], 'Add');
  const blank = plane('Mul', [sum, zero], 'Mul');
  const planes = [plane('Add', [blank, x], 'Add_1'), plane('Add', [blank, y], 'Add_2'), plane('Add', [blank, w.floats(`${node}/stride`, [], new Float32Array([stride]))], 'Add_3')];
  const stacked = w.concat(planes, 1, `${node}/Concat_output_0`);
  return w.reshape(stacked, [1, 3, `${height}*${width}`], `${node}/Reshape_output_0`);
}

/** 0.5, 1.5, … along one axis of a feature map. */
function writeCentres(w: GraphWriter, node: string, shape: Tensor, axis: number, length: string | number | null): Tensor {
  const count = w.apply('Gather', [shape, w.int(`${node}/axis`, axis)], { name: `${node}/Gather_output_0`, dims: [] }, { axis: 0 });
  const indices = w.apply('Range', [w.int(`${node}/first`, 0), count, w.int(`${node}/step`, 1)], { name: `${node}/Range_output_0`, dims: [length] });
  const floats = w.cast(indices, 'float', `${node}/Cast_output_0`);
  return w.apply('Add', [floats, w.floats(`${node}/half`, [], new Float32Array([0.5]))], { name: `${node}/Add_output_0`, dims: [length] });
}
