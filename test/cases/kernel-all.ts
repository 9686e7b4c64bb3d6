import type { KernelCase } from './kernel-case.ts';
import { convCases, depthwiseCases } from './kernel-conv.ts';
import { letterboxCases, packTensorCases } from './kernel-entry.ts';
import { decodeCases, selectAnchorsCases, selectRowsCases } from './kernel-head.ts';
import { attentionCases, sppfCases, upsampleCases } from './kernel-maps.ts';

/** The cases of every kernel that runs on an adapter with so many lanes per subgroup, undefined where it has no fixed number. */
export const kernelCases = (lanes?: number): KernelCase[] => [
  convCases, depthwiseCases, upsampleCases, sppfCases, attentionCases, packTensorCases, letterboxCases, decodeCases, selectAnchorsCases, selectRowsCases,
].flatMap((cases) => cases(lanes));
