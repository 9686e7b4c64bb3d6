/** Inner block of a C2f stage: two 3×3 convolutions, or the compact inverted block with a 3×3 or 7×7 depthwise centre. */
export type Block = 'bottleneck' | 'cib' | 'cib-large';

export interface StageConfig {
  /** Output channels. */
  out: number;
  /** Channels of each inner block, half the first convolution's output. */
  hidden: number;
  /** Number of inner blocks. */
  repeats: number;
  block: Block;
}

/** Layer indices that are C2f or C2fCIB stages (paper, figure 3; indices as in the reference configuration). */
export const STAGES = [2, 4, 6, 8, 13, 16, 19, 22] as const;
export type StageIndex = (typeof STAGES)[number];

/** Layer indices that are plain convolutions or SCDowns. */
export const DOWNS = [0, 1, 3, 5, 7, 17, 20] as const;
export type DownIndex = (typeof DOWNS)[number];

/** Everything that distinguishes one YOLOv10 from another; all of it can be read off the weights' shapes. */
export interface NetworkConfig {
  stages: Record<StageIndex, StageConfig>;
  /** Output channels of the downsampling layers. */
  downs: Record<DownIndex, number>;
  sppf: { hidden: number; out: number };
  /** `hidden` is the width of the attended half. */
  psa: { hidden: number; heads: number; keyDim: number; ffn: number };
  head: { boxChannels: number; classChannels: number; classCount: number; bins: number };
}

export type ScaleName = 'n' | 's' | 'm' | 'b' | 'l' | 'x';

interface Scale {
  depth: number;
  width: number;
  maxChannels: number;
  cib: readonly StageIndex[];
  large: boolean;
}

/** Depth, width and channel cap of the published scales (paper, table 1; reference configuration). */
const SCALES: Record<ScaleName, Scale> = {
  n: { depth: 0.33, width: 0.25, maxChannels: 1024, cib: [22], large: true },
  s: { depth: 0.33, width: 0.5, maxChannels: 1024, cib: [8, 22], large: true },
  m: { depth: 0.67, width: 0.75, maxChannels: 768, cib: [8, 19, 22], large: false },
  b: { depth: 0.67, width: 1, maxChannels: 512, cib: [8, 13, 19, 22], large: false },
  l: { depth: 1, width: 1, maxChannels: 512, cib: [8, 13, 19, 22], large: false },
  x: { depth: 1, width: 1.25, maxChannels: 512, cib: [6, 8, 13, 19, 22], large: false },
};

export const SCALE_NAMES = Object.keys(SCALES) as ScaleName[];

const STAGE_BASE: Record<StageIndex, [channels: number, repeats: number]> = {
  2: [128, 3], 4: [256, 6], 6: [512, 6], 8: [1024, 3], 13: [512, 3], 16: [256, 3], 19: [512, 3], 22: [1024, 3],
};
const DOWN_BASE: Record<DownIndex, number> = { 0: 64, 1: 128, 3: 256, 5: 512, 7: 1024, 17: 256, 20: 512 };

/** Channels per attention head. */
export const HEAD_DIM = 64;
/** Bins per box side in every published model. */
export const BINS = 16;

/** The configuration of a published scale with `classCount` classes. */
export function scaleConfig(name: ScaleName, classCount = 80): NetworkConfig {
  const scale = SCALES[name];
  const channels = (base: number): number => Math.ceil((Math.min(base, scale.maxChannels) * scale.width) / 8) * 8;
  const stages = mapRecord(STAGE_BASE, ([base, repeats], index): StageConfig => ({
    out: channels(base),
    hidden: channels(base) / 2,
    repeats: Math.max(1, Math.round(repeats * scale.depth)),
    block: !scale.cib.includes(index) ? 'bottleneck' : scale.large ? 'cib-large' : 'cib',
  }));
  const deepest = channels(1024);
  const attended = deepest / 2;
  return {
    stages,
    downs: mapRecord(DOWN_BASE, channels),
    sppf: { hidden: deepest / 2, out: deepest },
    psa: attentionConfig(attended, attended * 2),
    head: headConfig(stages[16].out, classCount),
  };
}

/** Heads and key width the reference gives an attention over `hidden` channels. */
export function attentionConfig(hidden: number, ffn: number): NetworkConfig['psa'] {
  const heads = Math.max(1, Math.floor(hidden / HEAD_DIM));
  return { hidden, heads, keyDim: Math.floor(hidden / heads / 2), ffn };
}

/** Widths of the head's branches, which the reference derives from the finest level's channels. */
function headConfig(finest: number, classCount: number): NetworkConfig['head'] {
  return {
    boxChannels: Math.max(16, Math.floor(finest / 4), BINS * 4),
    classChannels: Math.max(finest, Math.min(classCount, 100)),
    classCount,
    bins: BINS,
  };
}

/** The published scale that `config` is, classes aside, or null for a custom one. */
export function nameScale(config: NetworkConfig): ScaleName | null {
  const text = JSON.stringify(config);
  return SCALE_NAMES.find((name) => JSON.stringify(scaleConfig(name, config.head.classCount)) === text) ?? null;
}

function mapRecord<K extends number, A, B>(record: Record<K, A>, map: (value: A, key: K) => B): Record<K, B> {
  const entries = Object.entries(record) as [string, A][];
  return Object.fromEntries(entries.map(([key, value]) => [key, map(value, Number(key) as K)])) as Record<K, B>;
}
