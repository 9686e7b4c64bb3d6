import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { format } from '../../src/core/dim.ts';
import { inferShapes } from '../../src/exporting/shapes/infer.ts';
import { parseModel } from '../../src/onnx/parse.ts';
import { SCALE_NAMES, nameScale, scaleConfig } from '../../src/yolov10/config.ts';
import type { FeatureMap, Layer } from '../../src/yolov10/layers.ts';
import { countFlops, countParameters, drawNetwork } from '../../src/yolov10/network.ts';
import { readYolov10 } from '../../src/yolov10/read.ts';
import { exportsFolder, readListing } from '../cases/listing.ts';
import { renamed } from '../cases/rewritten-model.ts';
import { customConfig } from '../cases/seeded-model.ts';
import { weightError } from '../cases/weight-error.ts';

describe('the published scales', () => {
  test.each([
    ['n', 2.3, 6.7], ['s', 7.2, 21.6], ['m', 15.4, 59.1], ['b', 19.1, 92.0], ['l', 24.4, 120.3], ['x', 29.5, 160.4],
  ] as const)('%s has %f M parameters and %f GFLOPs (paper, table 1)', (scale, parameters, flops) => {
    const layers = drawNetwork(scaleConfig(scale));
    expect(countParameters(layers) / 1e6).toBeGreaterThan(parameters * 0.97);
    expect(countParameters(layers) / 1e6).toBeLessThan(parameters * 1.03);
    expect(Math.abs(countFlops(layers, 640, 640) / 1e9 - flops) / flops).toBeLessThan(0.04);
  });

  test('are told apart, with any number of classes', () => {
    for (const scale of SCALE_NAMES) for (const classes of [1, 80, 365]) expect(nameScale(scaleConfig(scale, classes))).toBe(scale);
    expect(nameScale(customConfig())).toBeNull();
  });
});

describe.skipIf(!existsSync(exportsFolder))('the listed exports (need ../shared/exports)', () => {
  test.each(SCALE_NAMES)('%s: configuration, tensor names and shapes', (scale) => {
    const { model } = readListing(`${scale}-dynamic-batch`);
    const { config, scale: name, layers, foundBy } = readYolov10(model);
    expect({ name, foundBy }).toEqual({ name: scale, foundBy: 'name' });
    expect(config).toEqual(scaleConfig(scale));
    const { shapes } = inferShapes(model);
    let compared = 0;
    for (const map of layers.flatMap(mapsOf)) {
      const known = shapes.get(map.name);
      expect(known && 'dims' in known ? known.dims.map(format) : known, map.name).toEqual(['batch', String(map.channels), String(640 / map.stride), String(640 / map.stride)]);
      compared++;
    }
    expect(compared).toBeGreaterThan(130);
  });

  test.each(['n-nc3-before-fix', 'n-static', 'n-dynamic-all'])('%s is an n as well', (listing) => {
    const read = readYolov10(readListing(listing).model);
    expect(read).toMatchObject({ scale: 'n', config: { head: { classCount: listing.includes('nc3') ? 3 : 80 } } });
  });

  test.each(['yolov10n-dynamic-batch', 'yolov10n-nc3-before-fix'])('%s.onnx reads by position as it does by name', (name) => {
    const model = parseModel(new Uint8Array(readFileSync(`${exportsFolder}/${name}.onnx`)));
    const [byName, byPosition] = [readYolov10(model), readYolov10(renamed(model))];
    expect([byName.foundBy, byPosition.foundBy]).toEqual(['name', 'position']);
    expect(byPosition.config).toEqual(byName.config);
    expect(weightError(byPosition, byName.weights)).toBe(0);
  });
});

function mapsOf(layer: Layer): FeatureMap[] {
  if (layer.kind === 'detect') return [...layer.boxes, ...layer.classes];
  if (layer.kind === 'split') return layer.outputs;
  return layer.kind === 'attention' ? [layer.value, layer.output] : [layer.output];
}
