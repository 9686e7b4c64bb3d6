import type { KernelCase } from './kernel-case.ts';
import { convCases, depthwiseCases } from './kernel-conv.ts';
import { letterboxCases, packTensorCases } from './kernel-entry.ts';
import { decodeCases, selectAnchorsCases, selectRowsCases } from './kernel-head.ts';
import { attentionCases, sppfCases, upsampleCases } from './kernel-maps.ts';

/** The cases of every kernel. */
export const kernelCases = (): KernelCase[] => [
  convCases, depthwiseCases, upsampleCases, sppfCases, attentionCases, packTensorCases, letterboxCases, decodeCases, selectAnchorsCases, selectRowsCases,
].flatMap((cases) => cases());
