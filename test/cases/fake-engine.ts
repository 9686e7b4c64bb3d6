import type { Engine, EngineRequest, OpenEngine } from '../../src/cli/engine.ts';
import type { Detection } from '../../src/image/detection.ts';
import type { Picture } from '../../src/image/picture.ts';
import { described } from './described.ts';

/** An engine that computes nothing, and what was asked of it. */
export interface Fake {
  open: OpenEngine;
  requests: EngineRequest[];
  /** Widths of the pictures of each call. */
  batches: number[][];
  options: unknown[];
  disposed: number;
}

/** Finds one QR code in each picture, at a tenth of its width, unless told to behave otherwise. */
export function fake(behaviour: Partial<Pick<Engine, 'detect'>> = {}, software = false): Fake {
  const record: Fake = { requests: [], batches: [], options: [], disposed: 0, open: () => Promise.resolve(engine) };
  const engine: Engine = {
    adapter: described('test adapter', software),
    labels: ['linear', 'qr'],
    detect: (pictures, options) => {
      record.batches.push(pictures.map(({ width }) => width));
      record.options.push(options);
      return behaviour.detect?.(pictures, options) ?? Promise.resolve(pictures.map(oneCode));
    },
    run: () => Promise.reject(new Error('not here')),
    dispose: () => { record.disposed++; },
  };
  record.open = (request) => {
    record.requests.push(request);
    return Promise.resolve(engine);
  };
  return record;
}

export const oneCode = ({ width }: Picture): Detection[] => [{ label: 'qr', classId: 1, score: 0.93456789, box: { xmin: width / 10, ymin: 2, xmax: width - 1, ymax: 33.33333333 } }];
