import { describe, expect, it } from 'vitest';
import { reexport } from '../../src/exporting/reexport.ts';
import { type RepairOptions, repair } from '../../src/exporting/repair/repair.ts';
import type { OnnxModel } from '../../src/onnx/graph.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { serializeModel } from '../../src/onnx/serialize.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { complaintOf } from '../cases/complaint.ts';
import { insertBefore, interpose, makeNode, redirect, withFloats, withGraph } from '../cases/graph-edits.ts';
import { outputOf } from '../cases/onnxruntime.ts';
import { worstDifference } from '../cases/repaired-export.ts';
import { constantNodes, otherHead } from '../cases/rewritten-model.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';

const network = seededNetwork(tinyConfig());
const size = { height: 64, width: 96 };
const dims = [2, 3, 64, 96];
const open = 'batch,height,width' as const;

/** Lines of `changes` that are not the reason for writing anew. */
const differences = (model: OnnxModel, options: RepairOptions): string[] =>
  repair(serializeModel(model), options).changes.filter((change) => !change.startsWith('written anew'));

describe('boxes of a raw output', () => {
  /** An export of the raw output as the reference exporter writes it: corners go straight into the Concat. */
  const corners = (options = {}): OnnxModel => {
    const middles = reexport(network, { ...size, ...options, output: 'raw' });
    return redirect(redirect(middles, '/model.23/Concat_4', 0, '/model.23/Sub_output_0'), '/model.23/Concat_4', 1, '/model.23/Add_output_0');
  };
  const scaled = (model: OnnxModel): OnnxModel => {
    const normal = makeNode('normal', 'Div', ['/model.23/Mul_output_0', 'side'], ['normalised']);
    return withFloats(interpose(withGraph(model, { values: [] }), 'output0', normal), 'side', [64]);
  };

  it.each<[string, OnnxModel]>([
    ['corners', corners()], ['corners of every size', corners({ dynamic: open })], ['corners, constants in nodes', constantNodes(corners())],
    ['centre and size', reexport(network, { ...size, output: 'raw' })], ['centre and size of every size', reexport(network, { output: 'raw', dynamic: open })],
    ['centre and size, constants in nodes', constantNodes(reexport(network, { ...size, output: 'raw' }))],
  ])('stay %s', async (_, model) => {
    const shape = model.graph.inputs[0]!.dims![2] === 'height' ? [2, 3, 128, 160] : dims;
    const bytes = serializeModel(model);
    const rebuilt = repair(bytes, { opset: 17 });
    expect(rebuilt.way).toBe('rebuilt');
    expect(worstDifference(await outputOf(bytes, shape), await outputOf(rebuilt.bytes, shape))).toBeLessThan(1e-4);
    expect(repair(rebuilt.bytes, { opset: 12 }).changes.filter((change) => change.startsWith('boxes'))).toEqual([]);
  });

  it('change only where that is asked for, and said', () => {
    expect(differences(corners(), { output: 'raw' })).toEqual(['boxes as corners → centre and size']);
    expect(differences(corners(), { output: 'raw-corners' })).toEqual([]);
    expect(differences(reexport(network, { ...size, output: 'raw' }), { output: 'raw-corners' })).toEqual(['boxes as centre and size → corners']);
    expect(differences(scaled(corners()), { output: 'raw' })).toEqual(['boxes as centre and size in pixels: how the file gives them is not known']);
  });

  it('are not guessed', () => {
    const sums = redirect(corners(), '/model.23/Concat_4', 0, '/model.23/Add_output_0');
    const logits = redirect(corners(), 'output0', 1, '/model.23/Split_output_1');
    for (const model of [sums, logits, scaled(corners())]) {
      const complaint = complaintOf(() => repair(serializeModel(model), { opset: 17 }));
      expect([complaint.code, complaint.remedy]).toEqual(['unsupported', expect.stringMatching(/No file was written.*--output raw/)]);
    }
  });

  it('go round in circles in a damaged file', () => {
    const circle = redirect(corners(), '/model.23/Mul', 0, '/model.23/Mul_output_0');
    expect(complaintOf(() => repair(serializeModel(circle), { opset: 17 })).code).toBe('unsupported');
  });

  it('are written as corners as the reference exporter writes them', async () => {
    const written = serializeModel(reexport(network, { ...size, output: 'raw-corners' }));
    expect(await outputOf(written, dims)).toEqual(await outputOf(serializeModel(corners()), dims));
  });
});

describe('rows', () => {
  const sound = reexport(network, size);

  it('are as many as they were', async () => {
    const fewer = serializeModel(reexport(network, { ...size, rows: 20 }));
    const rebuilt = repair(fewer, { opset: 17 });
    expect(parseModel(rebuilt.bytes).graph.outputs[0]!.dims).toEqual(['batch', 20, 6]);
    expect(worstDifference(await outputOf(fewer, dims), await outputOf(rebuilt.bytes, dims))).toBeLessThan(1e-4);
  });

  it('are more where a larger picture has more candidates', () => {
    const small = serializeModel(reexport(network, { height: 64, width: 64 }));
    expect(parseModel(small).graph.outputs[0]!.dims).toEqual(['batch', 84, 6]);
    expect(parseModel(repair(small, { size: [640, 640], opset: 17 }).bytes).graph.outputs[0]!.dims).toEqual(['batch', 300, 6]);
  });

  it.each<[string, OnnxModel]>([
    ['of another measure', withFloats(interpose(withGraph(sound, { values: [] }), 'output0', makeNode('normal', 'Div', ['/model.23/GatherElements_2_output_0', 'side'], ['normalised'])), 'side', [64])],
    ['one to a box', redirect(sound, '/model.23/TopK_1', 0, '/model.23/ReduceMax_output_0')],
    ['of logits', redirect(sound, '/model.23/Concat_5', 1, '/model.23/Split_output_1')],
  ])('%s are not taken for the usual ones', (_, model) => {
    expect(complaintOf(() => repair(serializeModel(model), { opset: 17 }))).toMatchObject({ code: 'unsupported', remedy: expect.stringMatching(/No file was written.*--output detections/) as string });
    expect(differences(model, { output: 'detections' })).toEqual(['rows of corners in pixels, score and class, of the best pairs of box and class: how the file picks them is not known']);
  });

  it('are not made of the one-to-many head, which keeps its name', () => {
    const many = serializeModel(otherHead(reexport(network, { ...size, output: 'raw' })));
    expect(complaintOf(() => repair(many, { output: 'detections' }))).toMatchObject({ code: 'unsupported', found: expect.stringMatching(/only the one-to-many head/) as string });
    const { bytes } = repair(many, { opset: 17 });
    expect(readYolov10(parseModel(bytes)).head).toBe('one-to-many');
  });
});

it('float16 weights in nodes stay float16', () => {
  const { bytes } = repair(serializeModel(constantNodes(reexport(network, { ...size, half: true }))), { opset: 17 });
  expect(parseModel(bytes).graph.initializers.get('model.0.conv.weight')!.dataType).toBe('float16');
});

describe('what prepares the picture inside the graph', () => {
  const sound = reexport(network, size);
  const before = '/model.0/conv/Conv';
  const divided = withFloats(interpose(sound, before, makeNode('scale', 'Mul', ['images', 'factor'], ['scaled'])), 'factor', [1 / 255]);
  const centred = withFloats(insertBefore(redirect(divided, 'scale', 0, 'centred'), 'scale', makeNode('centre', 'Sub', ['images', 'mean'], ['centred'])), 'mean', [0.4, 0.5, 0.6], [1, 3, 1, 1]);

  it('is not lost', () => {
    for (const options of [{ opset: 17 }, { half: true }, { output: 'raw' as const }]) {
      const complaint = complaintOf(() => repair(serializeModel(centred), options));
      expect([complaint.code, complaint.found, complaint.remedy]).toEqual(['unsupported', expect.stringMatching(/"centre" \(Sub\), "scale" \(Mul\)/), expect.stringMatching(/No file was written.*--rebuild/)]);
    }
  });

  it('stays where the graph is mended', async () => {
    const bytes = serializeModel(centred);
    const mended = repair(bytes);
    expect(mended.way).toBe('mended');
    expect(worstDifference(await outputOf(bytes, dims), await outputOf(mended.bytes, dims))).toBe(0);
  });

  it('is left out where a rebuild is asked for, and named', async () => {
    expect(differences(centred, { forceRebuild: true })).toEqual(['left out before the first convolution: "centre" (Sub), "scale" (Mul); give the new file what they made of the picture, for YOLOv10 RGB in 0..1']);
    const { bytes } = repair(serializeModel(divided), { forceRebuild: true, opset: 17 });
    expect(worstDifference(await outputOf(serializeModel(sound), dims), await outputOf(bytes, dims))).toBeLessThan(1e-4);
  });

  it('is nothing where a picture is only passed on', () => {
    const passed = interpose(interpose(sound, before, makeNode('same', 'Identity', ['images'], ['copy'])), before, makeNode('cast', 'Cast', ['copy'], ['float'], { to: { kind: 'int', value: 1 } }));
    expect(differences(passed, { opset: 17 })).toEqual(['operator set 13 → 17']);
    expect(repair(serializeModel(reexport(network, { ...size, half: true })), { opset: 17 }).way).toBe('rebuilt');
  });
});

describe('metadata', () => {
  const sound = reexport(network, size);
  const metadataAfter = (entries: [string, string][], options: RepairOptions = {}): Map<string, string> =>
    parseModel(repair(serializeModel({ ...sound, metadata: new Map(entries) }), { forceRebuild: true, ...options }).bytes).metadata;

  it('is the file\'s own', () => {
    const own: [string, string][] = [['description', 'my detector'], ['stride', '32'], ['task', 'detect'], ['names', "{0: 'a'}"], ['license', 'MIT'], ['batch', '1'], ['imgsz', '[64, 96]']];
    expect(Object.fromEntries(metadataAfter(own))).toEqual(Object.fromEntries(own));
  });

  it('has no names where the file has none', () => {
    expect(metadataAfter([]).has('names')).toBe(false);
  });

  it('changes where it would be wrong, and says so', () => {
    const entries: [string, string][] = [['batch', '1'], ['imgsz', '[64, 96]'], ['description', 'YOLOv10, output detections']];
    const options: RepairOptions = { dynamic: 'none', batch: 4, size: [128, 128], output: 'raw' };
    const after = metadataAfter(entries, options);
    expect([after.get('batch'), after.get('imgsz'), after.get('description')]).toEqual(['4', '[128, 128]', 'YOLOv10, output raw']);
    expect(differences(sound, { forceRebuild: true, ...options })).toEqual(expect.arrayContaining(['metadata batch → 4', 'metadata imgsz → [128, 128]']));
  });
});
