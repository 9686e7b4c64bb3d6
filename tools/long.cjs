/**
 * Stands in for the package `long` in what we build: of a 64-bit integer we read and write its two halves and nothing else,
 * and that package compiles WebAssembly as soon as it is imported, which pages with a Content-Security-Policy report.
 */
class Long {
  constructor(low, high, unsigned) {
    this.low = low | 0;
    this.high = high | 0;
    this.unsigned = Boolean(unsigned);
  }

  static fromBits(low, high, unsigned) {
    return new Long(low, high, unsigned);
  }

  /** What protobufjs asks to know that a whole Long is here. */
  static isLong(value) {
    return value instanceof Long;
  }
}

module.exports = Long;
