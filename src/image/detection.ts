import type { Box } from './letterbox.ts';

/** One object found in a picture. */
export interface Detection {
  /** Confidence, 0..1. */
  score: number;
  /** Name of the class, or its number as text where the model has no names. */
  label: string;
  classId: number;
  /** In pixels of the original picture. */
  box: Box;
}
