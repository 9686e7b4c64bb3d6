import { sameBits, slotOf, stack } from './batches.ts';
import type { Engine } from './engine.ts';
import type { Check } from './validation-report.ts';

export interface Pictures {
  height: number;
  width: number;
  /** [3, height, width] each. */
  pixels: Float32Array[];
}

interface Trial {
  name: 'ordered' | 'permuted' | 'repeated';
  claim: string;
  /** Which picture goes into each slot. */
  slots: number[];
}

/**
 * Whether an image's result depends on its neighbours: at each batch size, in another order, and the same picture in every
 * slot, results must be bit-identical to those of the pictures run alone.
 * @param alone rows of each picture run at batch 1
 */
export async function checkIndependence(engine: Engine, pictures: Pictures, alone: Float32Array[], batch: number): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { name, claim, slots } of trials(batch)) {
    const result = await engine.run(stack(slots.map((slot) => pictures.pixels[slot]!), pictures.height, pictures.width));
    const wrong = slots.flatMap((picture, slot) => (sameBits(slotOf(result, slot), alone[picture]!) ? [] : [slot]));
    checks.push({
      id: `independence/${name}/${batch}`, group: 'independence', batch, claim,
      status: wrong.length === 0 ? 'passed' : 'failed',
      detail: wrong.length === 0 ? 'bit-identical' : `differs in slot ${wrong.join(', ')}`,
    });
  }
  return checks;
}

function trials(batch: number): Trial[] {
  const ordered = Array.from({ length: batch }, (_, slot) => slot);
  const first: Trial = { name: 'ordered', claim: 'each image as when run alone', slots: ordered };
  if (batch === 1) return [first];
  return [
    first,
    { name: 'permuted', claim: 'each image as when run alone, slots in reverse order', slots: ordered.toReversed() },
    { name: 'repeated', claim: 'the same picture gives the same rows in every slot', slots: ordered.map(() => 0) },
  ];
}
