import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../core/errors.ts';
import type { AdapterChoice } from './contract.ts';

const DRIVER_FOLDERS = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d'];
const CHOICES: readonly string[] = ['auto', 'gpu', 'lavapipe', 'swiftshader'] satisfies AdapterChoice[];

/** Runs `create` while the Vulkan loader knows this driver only; undefined means the system's own. */
export function withVulkanDriver<Result>(icd: string | undefined, create: () => Result): Result {
  const before = process.env['VK_ICD_FILENAMES'];
  setVariable('VK_ICD_FILENAMES', icd ?? before);
  try {
    return create();
  } finally {
    setVariable('VK_ICD_FILENAMES', before);
  }
}

/** Sets or, with undefined, removes a variable of this process. */
export function setVariable(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name]; // assigning undefined would store that word
  else process.env[name] = value;
}

/** Mesa's lavapipe as the Vulkan loader wants it named: its driver files, one for each architecture installed, by colons. */
export function lavapipeDriver(): string | undefined {
  const files = DRIVER_FOLDERS.flatMap((folder) => filesIn(folder).map((file) => join(folder, file)));
  return files.filter((file) => /\/lvp_icd.*\.json$/.test(file)).join(':') || undefined;
}

/** True where Linux exposes a GPU to programs, whatever its driver makes of it. */
export function hasGpuNode(): boolean {
  return filesIn('/dev/dri').some((file) => file.startsWith('renderD')) || filesIn('/dev').some((file) => /^(nvidia0|dxg)$/.test(file));
}

/** The choice asked for by the caller, else by YOLOV10_ADAPTER, else `auto`. */
export function adapterChoice(asked: AdapterChoice | undefined): AdapterChoice {
  const choice = asked ?? (process.env['YOLOV10_ADAPTER'] || 'auto');
  if (CHOICES.includes(choice)) return choice as AdapterChoice;
  throw new InputError('bad-argument', {
    expected: `an adapter choice out of ${CHOICES.join(', ')}`,
    found: `"${choice}"`,
    remedy: 'Correct the option or the environment variable YOLOV10_ADAPTER.',
  });
}

/** The error for a system without the adapter asked for. */
export function noAdapter(choice: AdapterChoice, found: string, system: NodeJS.Platform = process.platform): InputError {
  const expected = choice === 'auto' ? 'a WebGPU adapter' : `a WebGPU adapter of the kind "${choice}"`;
  return new InputError('no-webgpu', { expected, found, remedy: REMEDIES[system] ?? REMEDIES.linux });
}

const REMEDIES: Partial<Record<NodeJS.Platform, string>> & { linux: string } = {
  linux:
    'Install your GPU\'s Vulkan driver (for software: the package mesa-vulkan-drivers, Mesa 23 or newer), ' +
    'or run `npm install @sparticuz/chromium`, whose SwiftShader needs nothing else (x64 only).',
  darwin: 'WebGPU needs macOS 11 or newer on a Mac with Metal; in a virtual machine, use a browser instead.',
  win32: 'Update the GPU driver: WebGPU needs Direct3D 12 (Windows 10 or newer).',
};

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
