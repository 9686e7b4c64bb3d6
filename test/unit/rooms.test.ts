import { describe, expect, test } from 'vitest';
import { importGraph, roomViolations, sourceFiles, specifiersOf } from '../../tools/rooms.ts';

const files = sourceFiles('.');

describe('rooms', () => {
  test('import only what is above them', () => {
    expect(files.length).toBeGreaterThan(10);
    expect(roomViolations(files)).toEqual([]);
  });

  test.each([
    ['core/errors.ts', "import { a } from '../onnx/graph.ts';"],
    ['image/letterbox.ts', "export { a } from '../platform/node.ts';"],
    ['gpu/executor.ts', "const a = await import('../yolov10/network.ts');"],
    ['plan/plan.ts', "import type { A } from '../gpu/executor.ts';"],
    ['yolov10/weights.ts', "import protobuf from 'protobufjs/minimal';"],
    ['core/errors.ts', "import '../index.ts';"],
    ['utils/many.ts', "import '../core/errors.ts';"],
  ])('a wall crossed in %s is seen: %s', (path, text) => {
    expect(roomViolations([{ path, text }])).toHaveLength(1);
  });

  test('what they may import passes', () => {
    const text = "import { a } from './other.ts'; import { b } from '../core/errors.ts'; import { c } from '../plan/plan.ts';";
    expect(roomViolations([{ path: 'gpu/executor.ts', text }, { path: 'detector.ts', text: "import '../src/gpu/a.ts'" }])).toEqual([]);
  });
});

describe('the browser', () => {
  test('meets nothing of Node', () => {
    const graph = importGraph(files, 'index.ts');
    expect(graph.length).toBeGreaterThan(30);
    const packages = graph.flatMap(specifiersOf).filter((specifier) => !specifier.startsWith('.'));
    expect([...new Set(packages)].filter((name) => !name.startsWith('protobufjs'))).toEqual([]);
  });
});
