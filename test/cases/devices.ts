/** Devices that are lost or short of memory on purpose. */

/** The object with some of its members replaced; the others work on the original. */
export function altered<Target extends object>(target: Target, members: Partial<Record<keyof Target, unknown>>): Target {
  return new Proxy(target, {
    get(_, name) {
      if (name in members) return members[name as keyof Target];
      const value = (target as Record<string | symbol, unknown>)[name];
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}

interface Refusing {
  device: GPUDevice;
  /** How often there was no memory. */
  refused(): number;
}

/** A device on which activations of more bytes than these do not fit. */
export function shortOfMemory(device: GPUDevice, bytes: number): Refusing {
  return refusing(device, ({ size }) => size > bytes);
}

/** A device with memory for so many bytes of activations, of all sizes together. */
export function withMemory(device: GPUDevice, bytes: number): Refusing {
  let left = bytes;
  return refusing(device, ({ size }) => size > left, (buffer, { size }) => {
    left -= size;
    onDestroy(buffer, () => (left += size));
  });
}

/** A device that says it has no memory for some activations when the error scope around them ends; `kept` sees the others. */
function refusing(device: GPUDevice, isTooLarge: (wanted: GPUBufferDescriptor) => boolean, kept?: (buffer: GPUBuffer, wanted: GPUBufferDescriptor) => void): Refusing {
  let [refused, short] = [0, false];
  const createBuffer = (descriptor: GPUBufferDescriptor): GPUBuffer => {
    const buffer = device.createBuffer(descriptor);
    if (descriptor.label !== 'activations') return buffer;
    if (isTooLarge(descriptor)) short = true;
    else kept?.(buffer, descriptor);
    return buffer;
  };
  const popErrorScope = async (): Promise<{ message: string } | null> => {
    const wasShort = short;
    short = false;
    if (wasShort) refused++;
    return (await device.popErrorScope()) ?? (wasShort ? { message: 'not enough memory' } : null);
  };
  return { device: altered(device, { createBuffer, popErrorScope }), refused: () => refused };
}

/** A device whose driver gives up on a run of more bytes of rows than these. */
export function withStamina(device: GPUDevice, rowBytes: number): GPUDevice {
  const createCommandEncoder = (): GPUCommandEncoder => {
    const encoder = device.createCommandEncoder();
    const copyBufferToBuffer = (source: GPUBuffer, from: number, target: GPUBuffer, to: number, size: number): void => {
      if (size > rowBytes) device.destroy();
      encoder.copyBufferToBuffer(source, from, target, to, size);
    };
    return altered(encoder, { copyBufferToBuffer });
  };
  return altered(device, { createCommandEncoder });
}

/** Notes every device requested until released, and hands out what `change` makes of it. */
export function captureDevices(change: (device: GPUDevice, index: number) => GPUDevice = (device) => device): { all: GPUDevice[]; release(): void } {
  const all: GPUDevice[] = [];
  const original = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function requestDevice(...args): Promise<GPUDevice> {
    const device = await original.apply(this, args);
    all.push(device);
    return change(device, all.length - 1);
  };
  return { all, release: () => (GPUAdapter.prototype.requestDevice = original) };
}

function onDestroy(buffer: GPUBuffer, then: () => void): void {
  const destroy = buffer.destroy.bind(buffer);
  let destroyed = false;
  buffer.destroy = () => {
    if (!destroyed) then();
    destroyed = true;
    destroy();
    return undefined;
  };
}
