import { slotOf } from '../../src/crosscheck/batches.ts';
import type { Engine, NumberTensor, Peer } from '../../src/crosscheck/engine.ts';
import type { SeededNetwork } from './seeded-model.ts';

/** An engine in this one's place: the sound file, image by image, so that no result depends on a neighbour. */
export function standIn(runtime: Peer, network: Pick<SeededNetwork, 'layers'>): Engine {
  const images = (input: NumberTensor): NumberTensor[] =>
    Array.from({ length: input.dims[0]! }, (_, slot) => ({ data: slotOf(input, slot), dims: [1, ...input.dims.slice(1)] }));
  const names = network.layers.flatMap((layer) => (layer.kind === 'detect' ? [] : layer.kind === 'split' ? layer.outputs : [layer.output])).map(({ name }) => name);
  return {
    name: 'stand-in',
    run: async (input) => {
      const results: NumberTensor[] = [];
      for (const image of images(input)) results.push(await runtime.run(image));
      return { data: Float32Array.from(results.flatMap(({ data }) => [...data])), dims: [results.length, ...results[0]!.dims.slice(1)] };
    },
    trace: async (input, visit) => {
      const tensors = await runtime.tensors!(input, names);
      for (const name of names) visit(name, tensors.get(name)!);
    },
  };
}
