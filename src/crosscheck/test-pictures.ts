/** A picture as network input. */
export interface TestPicture {
  name: string;
  /** [3, height, width], RGB in 0..1. */
  pixels: Float32Array;
}

/**
 * Pictures that differ from one another and give a network something to see: a slope of two colours, rectangles and
 * discs, and grain, so that no two scores tie. The same for the same size.
 */
export function testPictures(count: number, height: number, width: number): TestPicture[] {
  return Array.from({ length: count }, (_, index) => ({ name: `pattern ${index + 1}`, pixels: draw(index + 1, height, width) }));
}

function draw(seed: number, height: number, width: number): Float32Array {
  const random = generator(seed);
  const pixels = new Float32Array(3 * height * width);
  const colour = (): number[] => [random(), random(), random()];
  const [from, to] = [colour(), colour()];
  fill(pixels, height, width, (x, y, channel) => from[channel]! + (to[channel]! - from[channel]!) * ((x / width + y / height) / 2));
  for (let i = 0; i < 12; i++) drawShape(pixels, height, width, random, colour(), i % 2 === 0);
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.min(1, Math.max(0, pixels[i]! + (random() - 0.5) * 0.08));
  return pixels;
}

function drawShape(pixels: Float32Array, height: number, width: number, random: () => number, colour: number[], round: boolean): void {
  const side = Math.min(height, width);
  const [halfWidth, halfHeight] = [side * (0.05 + 0.15 * random()), side * (0.05 + 0.15 * random())];
  const [centreX, centreY] = [width * random(), height * random()];
  fill(pixels, height, width, (x, y, channel, old) => {
    const [dx, dy] = [Math.abs(x - centreX) / halfWidth, Math.abs(y - centreY) / halfHeight];
    return (round ? dx * dx + dy * dy : Math.max(dx, dy)) < 1 ? colour[channel]! : old;
  });
}

function fill(pixels: Float32Array, height: number, width: number, value: (x: number, y: number, channel: number, old: number) => number): void {
  for (let channel = 0, i = 0; channel < 3; channel++) {
    for (let y = 0; y < height; y++) for (let x = 0; x < width; x++, i++) pixels[i] = value(x, y, channel, pixels[i]!);
  }
}

/** A linear congruential generator (Numerical Recipes), uniform in [0, 1). */
function generator(seed: number): () => number {
  let state = (seed * 2654435761) >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
