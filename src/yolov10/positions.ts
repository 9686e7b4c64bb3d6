import { InputError } from '../core/errors.ts';
import type { Convolution } from './convolutions.ts';
import { DOWNS, STAGES } from './config.ts';

/**
 * Names the convolutions of a file that lost its module names, by the order in which YOLOv10 runs them: exporters
 * keep that order even where they rename everything. Shapes decide between the kinds of block, and `readYolov10`
 * checks every shape afterwards.
 * @throws InputError 'not-yolov10' at the first convolution that does not fit
 */
export function nameByPosition(convolutions: Convolution[]): Map<string, Convolution> {
  const reader = new PositionReader(convolutions.filter((conv) => !isDistributionSum(conv)));
  for (let index = 0; index <= 22; index++) {
    if ((STAGES as readonly number[]).includes(index)) reader.stage(`model.${index}`);
    else if (index === 9) reader.take('model.9.cv1', 'model.9.cv2');
    else if (index === 10) reader.psa('model.10');
    else if ([5, 7, 20].includes(index)) reader.take(`model.${index}.cv1`, `model.${index}.cv2`);
    else if ((DOWNS as readonly number[]).includes(index)) reader.take(`model.${index}`);
  }
  reader.head('model.23');
  return reader.named;
}

/**
 * The fixed 1×1 convolution that takes the expectation over the distribution's bins holds no learnt weights; it has no
 * bias, which tells it from the class convolution of a model with one class.
 */
export function isDistributionSum({ weight, bias, following, obstacle }: Convolution): boolean {
  return weight.dims[0] === 1 && weight.dims[2] === 1 && bias === null && following.length === 0 && obstacle === null;
}

const isDepthwise = (conv: Convolution | undefined): boolean => conv !== undefined && conv.groups > 1 && conv.weight.dims[1] === 1;

class PositionReader {
  readonly named = new Map<string, Convolution>();
  private readonly convolutions: Convolution[];
  private next = 0;

  constructor(convolutions: Convolution[]) {
    this.convolutions = convolutions;
  }

  take(...paths: string[]): void {
    for (const path of paths) this.named.set(path, this.advance(path));
  }

  stage(path: string): void {
    this.take(`${path}.cv1`);
    for (let i = 0; ; i++) {
      const block = `${path}.m.${i}`;
      if (isDepthwise(this.peek)) this.invertedBlock(block);
      else if (this.peek?.weight.dims[2] === 3) this.take(`${block}.cv1`, `${block}.cv2`);
      else break;
    }
    this.take(`${path}.cv2`);
  }

  psa(path: string): void {
    this.take(`${path}.cv1`, `${path}.attn.qkv`);
    const attention = isDepthwise(this.peek) ? ['pe', 'proj'] : ['proj', 'pe'];
    this.take(...attention.map((name) => `${path}.attn.${name}`), `${path}.ffn.0`, `${path}.ffn.1`, `${path}.cv2`);
  }

  /** Box and class branches of three levels, level by level or branch by branch: a depthwise start tells a class branch. */
  head(path: string): void {
    let boxes = 0;
    let classes = 0;
    while (boxes + classes < 6) {
      if (isDepthwise(this.peek)) {
        const branch = `${path}.one2one_cv3.${classes++}`;
        this.take(`${branch}.0.0`, `${branch}.0.1`, `${branch}.1.0`, `${branch}.1.1`, `${branch}.2`);
      } else {
        const branch = `${path}.one2one_cv2.${boxes++}`;
        this.take(`${branch}.0`, `${branch}.1`, `${branch}.2`);
      }
    }
  }

  /** Five convolutions, or six where the 7×7 centre still has its 3×3 beside it. */
  private invertedBlock(path: string): void {
    this.take(`${path}.cv1.0`, `${path}.cv1.1`);
    const [large, small] = this.convolutions.slice(this.next, this.next + 2);
    if (isDepthwise(large) && isDepthwise(small) && large!.input === small!.input) {
      const pair = large!.weight.dims[2] === 7 ? ['conv', 'conv1'] : ['conv1', 'conv'];
      this.take(...pair.map((name) => `${path}.cv1.2.${name}`));
    } else {
      this.take(`${path}.cv1.2`);
    }
    this.take(`${path}.cv1.3`, `${path}.cv1.4`);
  }

  private get peek(): Convolution | undefined {
    return this.convolutions[this.next];
  }

  private advance(path: string): Convolution {
    const conv = this.convolutions[this.next++];
    if (conv) return conv;
    throw new InputError('not-yolov10', {
      expected: `a convolution for "${path}"`,
      found: `only ${this.convolutions.length} convolutions with constant weights in the file`,
      remedy: 'Is this an export of YOLOv10?',
    });
  }
}
