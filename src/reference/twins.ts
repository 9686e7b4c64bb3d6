import type { Step } from '../plan/plan.ts';
import { attention, attentionAny } from './attention.ts';
import { conv } from './conv.ts';
import { decode } from './decode.ts';
import { depthwise } from './depthwise.ts';
import type { Twin } from './dispatch.ts';
import { letterbox } from './letterbox.ts';
import { packTensor } from './pack_tensor.ts';
import { selectAnchors } from './select_anchors.ts';
import { selectRows } from './select_rows.ts';
import { sppf } from './sppf.ts';
import { upsample } from './upsample.ts';

/** The twin of every kernel. */
export const twins: Record<Step['kernel'], Twin> = {
  attention,
  attention_any: attentionAny,
  conv,
  conv_subgroup: conv,
  conv_tiled: conv,
  decode,
  depthwise,
  letterbox,
  pack_tensor: packTensor,
  select_anchors: selectAnchors,
  select_anchors_serial: selectAnchors,
  select_rows: selectRows,
  select_rows_serial: selectRows,
  sppf,
  upsample,
};
