import type { AdapterDescription } from './contract.ts';

const SOFTWARE_NAMES = /swiftshader|llvmpipe|lavapipe|software|basic render/i;

/** Describes an adapter; `software` is true where its flag or one of its names says that the CPU computes. */
export function describeAdapter(adapter: GPUAdapter): AdapterDescription {
  const info: Partial<GPUAdapterInfo> = adapter.info ?? {}; // older browsers' devices do not tell
  const { vendor = '', architecture = '', device = '', description = '' } = info;
  const flags = [adapter, info] as { isFallbackAdapter?: boolean }[]; // the flag moved from one to the other
  return {
    vendor,
    architecture,
    device,
    description,
    software:
      flags.some(({ isFallbackAdapter }) => isFallbackAdapter === true) ||
      SOFTWARE_NAMES.test([vendor, architecture, device, description].join(' ')),
    features: [...adapter.features].sort(),
    limits: limitsOf(adapter.limits),
  };
}

function limitsOf(limits: GPUSupportedLimits): Record<string, number> {
  const entries: [string, number][] = [];
  for (const name in limits) { // the limits are getters of the prototype, which Object.entries would not see
    const value = limits[name as keyof GPUSupportedLimits];
    if (typeof value === 'number') entries.push([name, value]);
  }
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
