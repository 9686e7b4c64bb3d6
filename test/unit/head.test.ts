import { describe, expect, it } from 'vitest';
import { reexport } from '../../src/exporting/reexport.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { checkHead } from '../../src/yolov10/wiring.ts';
import { makeNode, withGraph } from '../cases/graph-edits.ts';
import { otherHead, renamed } from '../cases/rewritten-model.ts';
import { seededNetwork, tinyConfig } from '../cases/seeded-model.ts';

const network = seededNetwork(tinyConfig());
const size = { height: 64, width: 64 };

describe('the head of a file without names', () => {
  it('is told by rows of the best', () => {
    expect(readYolov10(renamed(reexport(network, size)))).toMatchObject({ foundBy: 'position', head: 'one-to-one' });
  });

  it('is unknown where the output is raw, whichever it is, and let through', () => {
    const raw = reexport(network, { ...size, output: 'raw' });
    for (const model of [raw, otherHead(raw)]) {
      const read = readYolov10(renamed(model));
      expect(read).toMatchObject({ foundBy: 'position', head: 'unknown' });
      checkHead(read);
    }
  });

  it.each(['NonMaxSuppression', 'EfficientNMS_TRT'])('is unknown where %s thins the rows', (op) => {
    const rows = renamed(reexport(network, size));
    expect(readYolov10(withGraph(rows, { nodes: [...rows.graph.nodes, makeNode('', op, ['output0'], ['kept'])] })).head).toBe('unknown');
  });
});
