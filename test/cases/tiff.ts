const [SHORT, LONG] = [3, 4];
const STRIP_OFFSET = 273;

/** An uncompressed TIFF of one row: RGB, and further channels such as near infrared, of which sharp itself writes one at most. */
export function tiffOf(pixels: readonly (readonly number[])[]): Buffer {
  const [width, channels] = [pixels.length, pixels[0]!.length];
  const fields: [tag: number, type: number, values: number[]][] = [
    [256, LONG, [width]], [257, LONG, [1]], [258, SHORT, Array<number>(channels).fill(8)], [262, SHORT, [2]], // size, bits, RGB
    [STRIP_OFFSET, LONG, [0]], [277, SHORT, [channels]], [278, LONG, [1]], [279, LONG, [width * channels]],
  ];
  if (channels > 3) fields.push([338, SHORT, Array<number>(channels - 3).fill(0)]); // of no declared meaning
  const head = Buffer.alloc(10 + fields.length * 12 + 4);
  head.write('II*\0\x08\0\0\0', 'latin1');
  head.writeUInt16LE(fields.length, 8);
  let file = head;
  const placed = (part: Buffer): Buffer => {
    const offset = file.length;
    file = Buffer.concat([file, part]);
    return packed(LONG, [offset]);
  };
  const entries = fields.map(([tag, type, values]) => {
    const value = tag === STRIP_OFFSET ? placed(Buffer.from(pixels.flat())) : packed(type, values);
    return Buffer.concat([packed(SHORT, [tag, type]), packed(LONG, [values.length]), value.length > 4 ? placed(value) : value]);
  });
  Buffer.concat(entries).copy(file, 10);
  return file;
}

/** Numbers in little endian, four bytes at least. */
function packed(type: number, values: number[]): Buffer {
  const bytes = Buffer.alloc(Math.max(4, values.length * (type === SHORT ? 2 : 4)));
  values.forEach((value, index) => (type === SHORT ? bytes.writeUInt16LE(value, index * 2) : bytes.writeUInt32LE(value, index * 4)));
  return bytes;
}
