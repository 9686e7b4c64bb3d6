/** Red, green and blue, 0..255. */
export type Colour = readonly [number, number, number];

const goldenAngle = 137.508;
const lightnesses = [0.7, 0.62, 0.78];

/** A colour for each class: hues a golden angle apart, so that neighbours differ; the first 150 are all different. */
export function classColour(classId: number): Colour {
  const lightness = lightnesses[Math.abs(classId) % lightnesses.length]!;
  return fromOklch(lightness, 0.19, (145 + goldenAngle * classId) % 360);
}

/** Black or white, whichever reads better on the colour (WCAG 2 contrast ratio). */
export function textColour(background: Colour): Colour {
  const luminance = 0.2126 * linear(background[0]) + 0.7152 * linear(background[1]) + 0.0722 * linear(background[2]);
  return (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) ? [0, 0, 0] : [255, 255, 255];
}

/** `#rrggbb` for CSS and HTML. */
export function toHex(colour: Colour): string {
  return `#${colour.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

/** OKLCH (Ottosson 2020) to sRGB; channels outside the gamut are clipped. */
function fromOklch(lightness: number, chroma: number, hue: number): Colour {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encode(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
    encode(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
    encode(-0.0041960863 * long - 0.7034186147 * medium + 1.707614701 * short),
  ];
}

function encode(share: number): number {
  const clipped = Math.min(Math.max(share, 0), 1);
  return Math.round(255 * (clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055));
}
