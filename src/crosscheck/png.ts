/**
 * Encodes a picture as a PNG file (ISO/IEC 15948), 8-bit RGB, with the runtime's own deflate.
 * @param pixels [3, height, width], RGB in 0..1
 */
export async function encodePng(pixels: Float32Array, height: number, width: number): Promise<Uint8Array> {
  const header = new Uint8Array([...bigEndian(width), ...bigEndian(height), 8, 2, 0, 0, 0]);
  const chunks = [
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    chunk('IHDR', header), chunk('IDAT', await deflate(scanlines(pixels, height, width))), chunk('IEND', new Uint8Array(0)),
  ];
  return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
}

/** Rows of RGB bytes, each led by its filter: differences to the pixel on the left (1), which compress well. */
function scanlines(pixels: Float32Array, height: number, width: number): Uint8Array {
  const plane = height * width;
  const bytes = new Uint8Array(height * (1 + 3 * width));
  for (let y = 0, to = 0; y < height; y++) {
    bytes[to++] = 1;
    const left = [0, 0, 0];
    for (let x = 0; x < width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = Math.round(255 * Math.min(1, Math.max(0, pixels[channel * plane + y * width + x]!)));
        bytes[to++] = value - left[channel]!;
        left[channel] = value;
      }
    }
  }
  return bytes;
}

async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function chunk(name: string, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(content.length + 12);
  bytes.set(bigEndian(content.length));
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(content, 8);
  bytes.set(bigEndian(crc32(bytes.subarray(4, -4))), content.length + 8);
  return bytes;
}

function bigEndian(value: number): number[] {
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
}

/** CRC-32 as in ISO/IEC 15948, annex D. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
