import type { AdapterDescription } from '../../src/platform/contract.ts';

/** A description as adapters give it. */
export const described = (description: string, software = false): AdapterDescription =>
  ({ description, software, vendor: '', architecture: '', device: '', features: ['shader-f16'], limits: { maxBufferSize: 2 ** 28, maxTextureArrayLayers: 256 } });
