import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/core/errors.ts';
import { externalFiles } from '../../src/onnx/external.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { toFloat32, toInts } from '../../src/onnx/values.ts';
import { tensorMessage, tinyModel } from '../cases/onnx-bytes.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

function complaintOf(action: () => unknown): InputError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  throw new Error('nothing was thrown');
}

describe('bytes that are no model', () => {
  const cases: [string, Uint8Array, RegExp][] = [
    ['an empty file', new Uint8Array(0), /empty file/],
    ['a web page', text('<!DOCTYPE html><html><body>Not found</body></html>'), /web page/],
    ['a git-LFS pointer', text('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n'), /git-LFS/],
    ['JSON', text('{"id2label": {"0": "person"}}'), /JSON/],
    ['plain text', text('hello, world\n'), /plain text/],
    ['a zipped checkpoint', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0, 8, 8), /checkpoint/],
    ['a pickle', Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c), /pickle/],
    ['a TensorRT engine', Uint8Array.of(0x70, 0x74, 0x72, 0x74, 0, 0, 0, 0, 1, 2), /TensorRT/],
    ['a TensorFlow Lite model', Uint8Array.of(28, 0, 0, 0, 0x54, 0x46, 0x4c, 0x33), /Lite/],
    ['zeros', new Uint8Array(64), /64 bytes/],
    ['a recursion bomb', new Uint8Array(100_000).fill(0x0b), /100000 bytes/],
  ];
  it.each(cases)('%s', (_, bytes, found) => {
    const complaint = complaintOf(() => parseModel(bytes));
    expect(complaint.code).toBe('not-onnx');
    expect(complaint.found).toMatch(found);
    expect(complaint.remedy).not.toBe('');
  });

  it('a model cut off at any place', () => {
    const whole = tinyModel({ initializer: [tensorMessage({ dims: [2], rawData: new Uint8Array(8) })] });
    for (let length = 0; length < whole.length; length++) {
      expect(complaintOf(() => parseModel(whole.subarray(0, length))).code).toBe('not-onnx');
    }
  });
});

describe('models that contradict themselves', () => {
  const node = { name: '', opType: 'Relu', attribute: [], domain: '' };
  const cases: [string, Parameters<typeof tinyModel>[0], RegExp][] = [
    ['content shorter than dims', { initializer: [tensorMessage({ dims: [3], rawData: new Uint8Array(8) })] }, /12 bytes/],
    ['huge dims', { initializer: [tensorMessage({ dims: [2 ** 40, 2 ** 40], rawData: new Uint8Array(8) })] }, /float\[/],
    ['negative dims', { initializer: [tensorMessage({ dims: [-1], rawData: new Uint8Array(4) })] }, /≥ 0/],
    [
      'a dimension beyond 2^53',
      { initializer: [tensorMessage({ dims: [{ low: -1, high: 0x7fffffff, unsigned: false }] })] },
      /within ±2\^53/,
    ],
    ['two initializers of one name', { initializer: [tensorMessage({ dims: [0] }), tensorMessage({ dims: [0] })] }, /"w"/],
    ['no nodes', { node: [] }, /model/],
    [
      'a value made twice',
      { node: [{ ...node, input: ['x'], output: ['y'] }, { ...node, input: ['x'], output: ['y'] }] },
      /one origin/,
    ],
  ];
  it.each(cases)('%s', (_, graph, message) => {
    const complaint = complaintOf(() => parseModel(tinyModel(graph)));
    expect(complaint.code).toBe('not-onnx');
    expect(complaint.message).toMatch(message);
  });
});

describe('tensors', () => {
  const parseTensor = (fields: Parameters<typeof tensorMessage>[0]) =>
    parseModel(tinyModel({ initializer: [tensorMessage(fields)] })).graph.initializers.get('w')!;

  it('views raw content in place, aligned or not', () => {
    const rawData = new Uint8Array(Float32Array.of(1.5, -2, 3).buffer);
    for (const name of ['w', 'ww', 'www', 'wwww']) {
      const file = tinyModel({ initializer: [tensorMessage({ name, dims: [3], rawData })] });
      const tensor = parseModel(file).graph.initializers.get(name)!;
      expect(tensor.bytes.buffer).toBe(file.buffer);
      expect([...toFloat32(tensor)]).toEqual([1.5, -2, 3]);
    }
  });

  it.each([
    ['float', { dataType: 1, dims: [2], floatData: [0.5, -3] }, [0.5, -3]],
    ['double', { dataType: 11, dims: [2], doubleData: [0.5, -3] }, [0.5, -3]],
    ['float16', { dataType: 10, dims: [2], int32Data: [0x3800, 0xc200] }, [0.5, -3]],
    ['bfloat16', { dataType: 16, dims: [2], int32Data: [0x3f00, 0xc040] }, [0.5, -3]],
  ] as const)('reads %s from its typed field', (_, fields, values) => {
    expect([...toFloat32(parseTensor({ ...fields, dims: [...fields.dims] } as never))]).toEqual(values);
  });

  it.each([
    ['int64', { dataType: 7, dims: [3], int64Data: [-1, 2 ** 40, -(2 ** 33) - 5] }, [-1, 2 ** 40, -(2 ** 33) - 5]],
    ['int32', { dataType: 6, dims: [2], int32Data: [-1, 7] }, [-1, 7]],
    ['uint8', { dataType: 2, dims: [2], int32Data: [255, 7] }, [255, 7]],
    ['bool', { dataType: 9, dims: [2], int32Data: [1, 0] }, [1, 0]],
    ['uint32', { dataType: 12, dims: [1], uint64Data: [4294967295] }, [4294967295]],
  ] as const)('reads %s from its typed field', (_, fields, values) => {
    expect(toInts(parseTensor({ ...fields, dims: [...fields.dims] } as never))).toEqual(values);
  });

  it('refuses integers that a number cannot hold, and the wrong type', () => {
    const rawData = new Uint8Array(BigInt64Array.of(2n ** 62n).buffer);
    const tensor = parseTensor({ dataType: 7, dims: [1], rawData });
    expect(complaintOf(() => toInts(tensor)).code).toBe('bad-tensor');
    expect(complaintOf(() => toFloat32(tensor)).code).toBe('bad-tensor');
  });
});

describe('external data', () => {
  const model = (location: string, extra: [string, string][] = []): Uint8Array => {
    const externalData = [['location', location], ...extra].map(([key, value]) => ({ key: key!, value: value! }));
    return tinyModel({ initializer: [tensorMessage({ dims: [2], dataLocation: 1, externalData })] });
  };
  const data = new Uint8Array(Float32Array.of(0, 7, 9).buffer);

  it('takes its stretch of the named file', () => {
    const bytes = model('w.bin', [['offset', '4'], ['length', '8']]);
    expect(externalFiles(bytes)).toEqual(['w.bin']);
    const tensor = parseModel(bytes, { external: new Map([['w.bin', data]]) }).graph.initializers.get('w')!;
    expect([...toFloat32(tensor)]).toEqual([7, 9]);
  });

  it("is an array's own where the file is a Buffer, whose slices are views", () => {
    const tensor = parseModel(model('w.bin', [['offset', '4']]), { external: new Map([['w.bin', Buffer.from(data)]]) }).graph.initializers.get('w')!;
    expect(tensor.bytes.slice().buffer.byteLength).toBe(8);
  });

  it.each(['../w.bin', '/etc/passwd', 'C:\\w.bin', 'a/../../b', 'file:///w', ''])('refuses the path "%s"', (location) => {
    expect(complaintOf(() => externalFiles(model(location))).code).toBe('external-data');
  });

  it('says so where the file is missing or too short', () => {
    expect(complaintOf(() => parseModel(model('w.bin'))).message).toMatch(/no such file/);
    for (const place of [[['offset', '8'], ['length', '8']], [['offset', '16']]] as [string, string][][]) {
      expect(complaintOf(() => parseModel(model('w.bin', place), { external: new Map([['w.bin', data]]) })).code).toBe('external-data');
    }
  });
});
