import type { Random } from './random.ts';

/** The classes, in the order of the model's class indices. */
export const CLASSES = ['linear', 'qr', 'datamatrix', 'aztec', 'pdf417', 'maxicode'] as const;
export type CodeClass = (typeof CLASSES)[number];

/** What to hand to the encoder: its name, the content and its options. */
export interface Symbol {
  readonly bcid: string;
  readonly text: string;
  readonly options: Readonly<Record<string, string | number | boolean>>;
}

type Maker = (random: Random) => Symbol;

const DIGITS = '0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const ANY = `${UPPER}abcdefghijklmnopqrstuvwxyz .-/:`;

function plain(bcid: string, alphabet: string, low: number, high: number, options: Symbol['options'] = {}): Maker {
  return (random) => ({ bcid, text: random.text(alphabet, random.int(low, high)), options });
}

function gtin(bcid: string, options: Symbol['options'] = {}): Maker {
  return (random) => ({ bcid, text: item(random), options });
}

const item = (random: Random): string => `(01)0${withCheckDigit(random.text(DIGITS, 12))}`;

/** A GTIN with what GS1 lets follow it, or some of that alone. */
function gs1(bcid: string, options: Symbol['options'] = {}): Maker {
  const more: ((random: Random) => string)[] = [
    (random) => `(17)${random.int(25, 39)}0${random.int(1, 9)}1${random.int(0, 9)}`, (random) => `(3103)00${random.text(DIGITS, 4)}`,
    (random) => `(10)${random.text(UPPER, random.int(2, 10))}`, (random) => `(21)${random.text(UPPER, random.int(2, 10))}`,
  ];
  return (random) => {
    const chosen = more.filter(() => random.chance(0.3)).map((make) => make(random)).join('');
    // The encoder's rules of what needs a GTIN beside it are of no interest to the eye.
    return { bcid, text: chosen && random.chance(0.3) ? chosen : item(random) + chosen, options: { ...options, dontlint: true } };
  };
}

/** GTIN-13 with its GS1 mod-10 check digit. */
function withCheckDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) sum += Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 3 : 1);
  return digits + String((10 - (sum % 10)) % 10);
}

/** EAN and UPC: bars hang, and an add-on begins lower, only where the encoder has text to set; the lead is a fixed first digit. */
function retail(bcid: string, length: number, { addOn = 0, lead = '' } = {}): Maker {
  return (random) => {
    const more = random.chance(addOn) ? ` ${random.text(DIGITS, random.pick([2, 5]))}` : '';
    return { bcid, text: lead + random.text(DIGITS, length) + more, options: { includetext: more !== '' || random.chance(0.85) } };
  };
}

function evenDigits(bcid: string): Maker {
  return (random) => ({ bcid, text: random.text(DIGITS, 2 * random.int(2, 10)), options: {} });
}

function url(random: Random): string {
  return `https://${random.text('abcdefghijklmnop', random.int(4, 12))}.example/${random.text(ANY.slice(0, 62), random.int(0, 40))}`;
}

/** Content of very different lengths, so that small and large versions of a matrix code appear. */
function payload(random: Random, longest: number): string {
  if (random.chance(0.3)) return url(random).slice(0, longest);
  const alphabet = random.pick([DIGITS, UPPER, ANY]);
  return random.text(alphabet, Math.round(random.logBetween(3, longest)));
}

function matrix(bcid: string, longest: number, options: Symbol['options'] = {}): Maker {
  return (random) => ({ bcid, text: payload(random, longest), options });
}

function qr(random: Random): Symbol {
  return { bcid: 'qrcode', text: payload(random, 350), options: { eclevel: random.pick(['L', 'M', 'Q', 'H']) } };
}

/** Rectangular Micro QR, whose size must be said: one that is too small for the content is refused. */
function rectangularMicroQr(random: Random): Symbol {
  const version = random.pick(['R7x43', 'R7x77', 'R9x59', 'R11x27', 'R11x77', 'R13x43', 'R15x59', 'R17x99']);
  return { bcid: 'rectangularmicroqrcode', text: random.text(DIGITS, random.int(4, 24)), options: { version } };
}

function pdf417(bcid: string): Maker {
  return (random) => ({
    bcid, text: payload(random, 220),
    options: { columns: random.int(1, 9), rowmult: random.pick([2, 3, 3, 3, 4, 5]) },
  });
}

function maxicode(random: Random): Symbol {
  return { bcid: 'maxicode', text: random.text(UPPER, random.int(4, 85)), options: { mode: random.pick([4, 4, 5]) } };
}

const MAKERS: Record<CodeClass, readonly (readonly [Maker, number])[]> = {
  linear: [
    [retail('ean13', 12, { addOn: 0.12 }), 6], [retail('upca', 11, { addOn: 0.12 }), 5], [retail('ean8', 7), 2], [retail('upce', 6, { lead: '0' }), 3],
    [plain('code128', ANY, 3, 22), 4], [plain('code39', UPPER, 3, 14), 3], [plain('code93', UPPER, 3, 16), 1],
    [plain('itf14', DIGITS, 13, 13), 1], [evenDigits('interleaved2of5'), 2],
    [(random) => ({ bcid: 'rationalizedCodabar', text: `A${random.text(DIGITS, random.int(4, 14))}B`, options: {} }), 1.5],
    [gtin('databaromni'), 1.5], [gtin('databarstackedomni'), 1], [gtin('databarlimited'), 0.7], [gtin('databartruncated'), 0.5],
    [gs1('databarexpanded'), 1.3], [gs1('databarexpandedstacked', { segments: 4 }), 0.5], [gtin('databarstacked'), 0.3],
    [gs1('gs1-128'), 1],
    [(random) => ({ bcid: 'pharmacode', text: String(random.int(100, 131070)), options: {} }), 0.4],
    [plain('msi', DIGITS, 5, 12), 0.3], [plain('code11', DIGITS, 5, 12), 0.3], [plain('plessey', DIGITS, 5, 10), 0.2],
    [plain('telepen', UPPER, 4, 12), 0.2],
  ],
  qr: [[qr, 14], [plain('microqrcode', DIGITS, 3, 14), 1], [rectangularMicroQr, 0.5]],
  datamatrix: [[matrix('datamatrix', 250), 8], [matrix('datamatrixrectangular', 30), 1.6], [matrix('datamatrixrectangularextension', 40), 0.5]],
  aztec: [[matrix('azteccodecompact', 40), 3], [matrix('azteccode', 350), 5], [matrix('azteccode', 60, { format: 'full' }), 1]],
  pdf417: [[pdf417('pdf417'), 8], [pdf417('pdf417compact'), 0.8], [matrix('micropdf417', 60), 1.2]],
  maxicode: [[maxicode, 1]],
};

/** A random symbol of the class: symbology, content and options. */
export function randomSymbol(random: Random, codeClass: CodeClass): Symbol {
  return random.weighted(MAKERS[codeClass])(random);
}
