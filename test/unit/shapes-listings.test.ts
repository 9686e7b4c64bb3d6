import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { format, formatShape, isKnown } from '../../src/core/dim.ts';
import { inferShapes, onnxView } from '../../src/exporting/shapes/infer.ts';
import { exportsFolder, readListing } from '../cases/listing.ts';

const names = [
  'n-dynamic-batch', 'n-dynamic-all', 'n-static', 'n-nc3-before-fix', 's-dynamic-batch', 'm-dynamic-batch', 'b-dynamic-batch',
  'l-dynamic-batch', 'x-dynamic-batch',
];

/** What ONNX prints for a dimension we hold as an expression: a number, a declared name, or an invented one. */
const comparable = (dim: string): string => (/^(\d+|batch|height|width)$/.test(dim) ? dim : '?');

describe.skipIf(!existsSync(exportsFolder))('shapes of real exports (need ../shared/exports)', () => {
  it.each(names)('%s: as ONNX infers them', (name) => {
    const { model, onnxShapes } = readListing(name);
    const { shapes } = inferShapes(model, { view: onnxView, stride: 1 });
    const differing: string[] = [];
    for (const [output, expected] of onnxShapes) {
      const known = shapes.get(output)!;
      const ours = 'dims' in known ? known.dims.map(format).map(comparable).join() : 'unknown rank';
      const theirs = expected?.map(comparable).join() ?? 'unknown rank';
      if (ours !== theirs) differing.push(`${output}: ${theirs} by ONNX, ${ours} here`);
    }
    expect(differing.slice(0, 20)).toEqual([]);
  });

  it.each(names)('%s: all of them known', (name) => {
    const { model } = readListing(name);
    const { shapes, contradictions, pins } = inferShapes(model);
    const unknown = [...shapes].filter(([, known]) => 'reason' in known || !known.dims.every(isKnown));
    expect(unknown.map(([output, known]) => [output, known])).toEqual([]);
    expect([...contradictions, ...pins]).toEqual([]);
    const output = shapes.get('output0')!;
    expect('dims' in output && formatShape(output.dims)).toBe(name === 'n-static' ? '[1,300,6]' : '[batch,300,6]');
  });

  it('names height and width where they are named', () => {
    const { shapes } = inferShapes(readListing('n-dynamic-all').model);
    const text = (name: string): string => formatShape((shapes.get(name) as { dims: [] }).dims);
    expect(text('/model.10/attn/Reshape_2_output_0')).toBe('[batch,128,height/32,width/32]');
    expect(text('/model.23/Concat_6_output_0')).toBe('[batch,144,21*height*width/1024]');
  });
});
