import { add, constant, type Dim, equal, floorDivide, isKnown, multiply, subtract, unknown, valueOf } from '../../../core/dim.ts';
import { intOf, intsOf, textOf } from '../../../onnx/attributes.ts';
import { contradict, fail, type Inferred, type Rule, type Shape, type Site } from '../rule.ts';

interface Window {
  kernel: number[];
  strides: number[];
  dilations: number[];
  /** Begins, then ends. */
  pads: number[];
  autoPad: string;
  ceil: boolean;
}

function windowOf({ node }: Site, kernel: number[]): Window | undefined {
  const ones = kernel.map(() => 1);
  const window = {
    kernel,
    strides: intsOf(node, 'strides') ?? ones,
    dilations: intsOf(node, 'dilations') ?? ones,
    pads: intsOf(node, 'pads') ?? [...kernel, ...kernel].map(() => 0),
    autoPad: textOf(node, 'auto_pad', 'NOTSET'),
    ceil: intOf(node, 'ceil_mode', 0) === 1,
  };
  const rank = kernel.length;
  const sound = window.strides.length === rank && window.dilations.length === rank && window.pads.length === 2 * rank;
  return sound && window.strides.every((stride) => stride > 0) ? window : undefined;
}

/** ⌊(size + padding − reach) / stride⌋ + 1, in ONNX's words `Conv` and `MaxPool`. */
function slide(size: Dim, axis: number, window: Window): Dim {
  const stride = window.strides[axis]!;
  if (window.autoPad.startsWith('SAME')) return floorDivide(add(size, constant(stride - 1)), stride);
  const reach = window.dilations[axis]! * (window.kernel[axis]! - 1) + 1;
  const valid = window.autoPad === 'VALID';
  const padding = valid ? 0 : window.pads[axis]! + window.pads[axis + window.kernel.length]!;
  const room = add(size, constant(padding - reach + (window.ceil ? stride - 1 : 0)));
  return add(floorDivide(room, stride), constant(1));
}

function slideAll(site: Site, sizes: Shape, kernel: number[]): Dim[] | undefined {
  const window = sizes.length === kernel.length ? windowOf(site, kernel) : undefined;
  return window && sizes.map((size, axis) => slide(size, axis, window));
}

/** @param place which input the weight is */
function conv(site: Site, place: number): Inferred {
  const [input, weight] = [site.shapes[0], site.shapes[place]];
  if (!weight) return fail('its weight has no shape');
  const [batch, channels, ...sizes] = input!;
  const [filters, perGroup, ...kernel] = weight.map(valueOf);
  if (!batch || !channels || input!.length !== weight.length) {
    return contradict(`rank ${input!.length} where its weight has rank ${weight.length}`);
  }
  if (filters === undefined || perGroup === undefined || kernel.includes(undefined)) return fail('its weight is not constant');
  const expected = constant(perGroup * intOf(site.node, 'group', 1));
  if (valueOf(channels) !== undefined && !equal(channels, expected)) {
    return contradict(`${valueOf(channels)} input channels where its weight takes ${valueOf(expected)}`);
  }
  if (isKnown(channels)) pinUnequal(site, channels, expected);
  const slid = slideAll(site, sizes, kernel as number[]);
  return slid ? [[batch, constant(filters), ...slid]] : contradict('its attributes do not fit its weight');
}

function pinUnequal(site: Site, left: Dim, right: Dim): void {
  if (!equal(left, right)) site.pin(left, right);
}

function pool(site: Site): Inferred {
  const [batch, channels, ...sizes] = site.shapes[0]!;
  const kernel = intsOf(site.node, 'kernel_shape');
  if (!batch || !channels || !kernel) return contradict('no kernel, or an input of too low rank');
  const slid = slideAll(site, sizes, kernel);
  if (!slid) return contradict('its attributes do not fit its input');
  return site.node.outputs.map(() => [batch, channels, ...slid]);
}

function convTranspose(site: Site): Inferred {
  const [input, weight] = site.shapes;
  const [batch, , ...sizes] = input!;
  const kernel = weight?.slice(2).map(valueOf);
  if (!batch || !kernel || kernel.includes(undefined)) return fail('its weight is not constant');
  const window = sizes.length === kernel.length ? windowOf(site, kernel as number[]) : undefined;
  if (!window) return contradict('its attributes do not fit its weight');
  const extra = intsOf(site.node, 'output_padding') ?? kernel.map(() => 0);
  const fixed = intsOf(site.node, 'output_shape');
  const grown = sizes.map((size, axis) => (fixed ? constant(fixed[axis]!) : grow(size, axis, window, extra[axis] ?? 0)));
  return [[batch, multiply(weight![1]!, constant(intOf(site.node, 'group', 1))), ...grown]];
}

function grow(size: Dim, axis: number, window: Window, extra: number): Dim {
  const stride = constant(window.strides[axis]!);
  if (window.autoPad.startsWith('SAME')) return multiply(size, stride);
  const reach = window.dilations[axis]! * (window.kernel[axis]! - 1) + 1;
  const padding = window.pads[axis]! + window.pads[axis + window.kernel.length]!;
  return add(multiply(subtract(size, constant(1)), stride), constant(extra + reach - padding));
}

function globalPool(site: Site): Inferred {
  const [batch, channels, ...sizes] = site.shapes[0]!;
  return [[batch ?? unknown(), channels ?? unknown(), ...sizes.map(() => constant(1))]];
}

/** Convolutions and poolings over [batch, channels, …sizes]. */
export const convolution: Record<string, Rule> = {
  Conv: { shape: (site) => conv(site, 1) },
  ConvInteger: { shape: (site) => conv(site, 1), types: ['int32'] },
  QLinearConv: { shape: (site) => conv(site, 3), types: [{ input: 7 }] },
  ConvTranspose: { shape: convTranspose },
  MaxPool: { shape: pool, types: [{ input: 0 }, 'int64'] },
  AveragePool: { shape: pool },
  GlobalAveragePool: { shape: globalPool },
  GlobalMaxPool: { shape: globalPool },
};
