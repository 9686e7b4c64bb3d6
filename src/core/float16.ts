/** The largest finite number of float16. */
export const LARGEST_FLOAT16 = 65504;

const scratch = new DataView(new ArrayBuffer(4));

/** Widens one IEEE 754 binary16 bit pattern to a number (exact). */
export function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Narrows a number to binary16 bits, rounding to nearest even; above 65504 it becomes infinity. */
export function numberToFloat16(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude < 0x38800000) return sign | subnormalFloat16(magnitude);
  const rebased = magnitude - 0x38000000;
  return sign | ((rebased + 0xfff + ((rebased >>> 13) & 1)) >>> 13);
}

/** float32 bits below 2^-14 as a binary16 subnormal, to nearest even. */
function subnormalFloat16(magnitude: number): number {
  scratch.setUint32(0, magnitude);
  const scaled = scratch.getFloat32(0) * 2 ** 24;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

/** Widens a whole array of binary16 bit patterns. */
export function float16ToFloat32(source: Uint16Array): Float32Array {
  return Float32Array.from(source, float16ToNumber);
}

/** Narrows a whole array to binary16 bit patterns. */
export function float32ToFloat16(source: Float32Array): Uint16Array {
  return Uint16Array.from(source, numberToFloat16);
}
