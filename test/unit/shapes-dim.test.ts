import { describe, expect, it } from 'vitest';
import { add, constant, type Dim, divideExactly, equal, floorDivide, format, isKnown, multiply, product, sharesSymbol, subtract, symbol, unknown, valueOf } from '../../src/core/dim.ts';

const batch = symbol('batch');
const height = symbol('height', 32);
const width = symbol('width', 32);

/** One stride-2 convolution with kernel 3 and padding 1. */
const halve = (dim: Dim): Dim => add(floorDivide(subtract(dim, constant(1)), 2), constant(1));

describe('dimensions', () => {
  it('halve exactly five times where they are multiples of 32', () => {
    let dim = height;
    for (const text of ['height/2', 'height/4', 'height/8', 'height/16', 'height/32']) {
      dim = halve(dim);
      expect(format(dim)).toBe(text);
    }
    expect(format(halve(dim))).toBe('floor((height/32 + 1)/2)');
  });

  it('add up to the anchors of three levels', () => {
    const cells = [8, 16, 32].map((stride) => product([floorDivide(height, stride), floorDivide(width, stride)]));
    expect(format(cells.reduce(add))).toBe('21*height*width/1024');
  });

  it.each([
    ['0', constant(0)],
    ['-3', constant(-3)],
    ['batch', batch],
    ['80*batch', multiply(constant(80), batch)],
    ['batch*height', multiply(batch, height)],
    ['batch*height + batch - 1', add(multiply(batch, height), subtract(batch, constant(1)))],
    ['3*width/2', multiply(constant(3), floorDivide(width, 2))],
    ['?', unknown()],
  ])('print as %s', (text, dim) => {
    expect(format(dim)).toBe(text);
  });

  it('are equal however they were made', () => {
    expect(equal(multiply(batch, add(height, width)), add(multiply(width, batch), multiply(height, batch)))).toBe(true);
    expect(equal(batch, height)).toBe(false);
    expect(equal(subtract(batch, batch), constant(0))).toBe(true);
    expect(equal(unknown(), unknown())).toBe(false);
  });

  it('divide where the quotient is whole for every value', () => {
    const anchors = floorDivide(multiply(height, width), 64);
    expect(equal(divideExactly(product([batch, constant(144), anchors]), product([batch, constant(144)]))!, anchors)).toBe(true);
    const sum = add(batch, constant(3));
    expect(equal(divideExactly(multiply(sum, add(height, width)), sum)!, add(height, width))).toBe(true);
    expect(divideExactly(batch, constant(2))).toBeUndefined();
    expect(divideExactly(batch, height)).toBeUndefined();
    expect(divideExactly(batch, constant(0))).toBeUndefined();
  });

  it('round quotients down', () => {
    expect(valueOf(floorDivide(constant(-1), 2))).toBe(-1);
    expect(valueOf(floorDivide(constant(7), 2))).toBe(3);
    expect(format(floorDivide(batch, 2))).toBe('floor((batch)/2)');
    expect(format(floorDivide(add(multiply(constant(4), batch), constant(7)), 4))).toBe('batch + 1');
  });

  it('know which symbols they share', () => {
    expect(sharesSymbol(multiply(batch, height), batch)).toBe(true);
    expect(sharesSymbol(constant(4), batch)).toBe(false);
    expect(isKnown(add(batch, unknown()))).toBe(false);
  });

  it('stay small however often they are squared', () => {
    let dim = add(batch, height);
    for (let i = 0; i < 100; i++) dim = multiply(dim, dim);
    expect(isKnown(dim)).toBe(false);
    expect(format(dim).length).toBeLessThan(1000);
  });
});
