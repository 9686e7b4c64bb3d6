import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { lavapipeDriver } from '../../src/platform/drivers.ts';

interface Answer {
  name?: string;
  software?: boolean;
  value?: number;
  code?: string;
  message?: string;
}

/** What a process of its own gets for a value of YOLOV10_ADAPTER. */
async function adapterFor(choice: string): Promise<Answer> {
  const env = { ...process.env, YOLOV10_ADAPTER: choice };
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', '--import', 'tsx', 'test/runtime/main-adapter.ts'], { env });
  return JSON.parse(stdout.trimEnd().split('\n').at(-1)!) as Answer;
}

describe('YOLOV10_ADAPTER in Node', () => {
  it('auto always finds one here, and the device outlives what it came from', async () => {
    expect(await adapterFor('auto')).toMatchObject({ value: 42 });
  });

  it('swiftshader comes out of the npm package', async (context) => {
    if (process.platform !== 'linux' || process.arch !== 'x64') context.skip('its SwiftShader is for Linux on x64');
    expect(await adapterFor('swiftshader')).toMatchObject({ name: expect.stringMatching(/swiftshader/i) as string, software: true, value: 42 });
  });

  it('lavapipe is found where it is installed, and missed with a remedy where not', async () => {
    const answer = await adapterFor('lavapipe');
    if (lavapipeDriver()) expect(answer).toMatchObject({ name: expect.stringMatching(/llvmpipe/i) as string, software: true, value: 42 });
    else expect(answer).toMatchObject({ code: 'no-webgpu', message: expect.stringContaining('mesa-vulkan-drivers') as string });
  });

  it('gpu is a GPU or an error, never a software adapter', async () => {
    const answer = await adapterFor('gpu');
    if (answer.name === undefined) expect(answer.code).toBe('no-webgpu');
    else expect(answer).toMatchObject({ software: false, value: 42 });
  });

  it('anything else is an error that lists the choices', async () => {
    expect(await adapterFor('warp')).toMatchObject({ code: 'bad-argument', message: expect.stringContaining('swiftshader') as string });
  });
});
