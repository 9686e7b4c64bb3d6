/**
 * Compiles every kernel, with its default constants, on Dawn's null backend, which needs no driver. Prints WGSL
 * diagnostics with file and line; the exit code is 1 when one is an error. An argument names another folder of kernels.
 */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create, globals } from 'webgpu';
import { assembleKernel, kernelNames, type AssembledKernel } from './kernels/assemble.ts';

// Kept on globalThis because Node crashes where the instance is collected before its device.
const dawn = Object.assign(globalThis, globals, { dawn: create(['backend=null']) }).dawn;
const folder = process.argv[2] ?? fileURLToPath(new URL('../kernels', import.meta.url));

async function openNullDevice(gpu: GPU): Promise<GPUDevice> {
  const adapter = await gpu.requestAdapter();
  if (!adapter) throw new Error('Dawn has no null backend here');
  return adapter.requestDevice({ requiredFeatures: [...adapter.features] as GPUFeatureName[] });
}

/** The kernel's diagnostics, one line each, those of pipeline creation included. */
async function diagnose(device: GPUDevice, kernel: AssembledKernel): Promise<{ text: string; error: boolean }[]> {
  device.pushErrorScope('validation');
  const module = device.createShaderModule({ label: kernel.name, code: kernel.text });
  const { messages } = await module.getCompilationInfo();
  const found = messages.map(({ type, message, lineNum, linePos }) => {
    const origin = kernel.origins[lineNum - 1];
    const place = origin ? `${relative('.', origin.file)}:${origin.line}:${linePos}` : kernel.name;
    return { text: `${place}: ${type}: ${message}`, error: type === 'error' };
  });
  device.createComputePipeline({ layout: 'auto', compute: { module, entryPoint: 'main' } });
  const failure = await device.popErrorScope();
  if (failure && !found.some(({ error }) => error)) found.push({ text: `${kernel.name}: error: ${failure.message}`, error: true });
  return found;
}

const device = await openNullDevice(dawn);
const names = kernelNames(folder);
let errors = 0;
for (const name of names) {
  for (const { text, error } of await diagnose(device, assembleKernel(folder, name))) {
    if (error) errors += 1;
    console.error(text);
  }
}
console.log(`${names.length} kernels compiled, ${errors} errors`);
device.destroy();
process.exitCode = errors > 0 ? 1 : 0;
