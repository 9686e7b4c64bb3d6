/** The device with other numbers among its limits, as far as whoever asks it can tell. */
export function withLimits(device: GPUDevice, limits: Partial<Record<keyof GPUSupportedLimits, number>>): GPUDevice {
  const changed = new Proxy(device.limits, { get: (target, name) => limits[name as keyof GPUSupportedLimits] ?? (target as unknown as Record<string | symbol, unknown>)[name] });
  return new Proxy(device, {
    get(target, name) {
      if (name === 'limits') return changed;
      const value = (target as unknown as Record<string | symbol, unknown>)[name];
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}
