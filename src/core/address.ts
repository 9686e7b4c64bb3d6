/** An address in its parts, undefined for what is none: browsers had WebGPU before `URL.canParse`. */
export function parsedAddress(address: string, base?: string): URL | undefined {
  try {
    return new URL(address, base);
  } catch {
    return undefined;
  }
}
