"""Shifts each class's logits so that a score of 0.25 is its best operating point, on made pictures set aside for this.

    python3 calibrate.py --run DIR --data DIR [--size 320]

A short training leaves scores low and uneven between classes. A constant per class changes no ranking within a class, so
average precision stays as it is; it only makes one threshold right for all. Written to DIR/calibration.json, which
export.py adds to the last biases.
"""
import argparse
import json
import math
from pathlib import Path

import numpy as np
import torch

from data import Shards
from evaluate import judged
from export import MOST, NAMES, load

OPERATING_POINT = 0.25


def logit(p):
    return math.log(p / (1 - p))


def best_threshold(scores, hits, targets):
    """The score at which F1 (at an overlap of 0.5) is highest."""
    order = np.argsort(-scores)
    right = hits[order].cumsum()
    f1 = 2 * right / (np.arange(len(right)) + 1 + targets)
    return float(np.clip(scores[order][f1.argmax()], 0.03, 0.6)), float(f1.max())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--size", type=int, default=320)
    args = parser.parse_args()
    torch.set_num_threads(1)
    network, _ = load(args.run, args.size, calibrated=False)
    shards = Shards(args.data)
    shifts = []
    for name, (scores, hits, targets) in zip(NAMES, judged(network, shards, args.size, len(shards.items), MOST)):
        threshold, f1 = best_threshold(scores, hits[:, 0], targets)
        shifts.append(round(logit(OPERATING_POINT) - logit(threshold), 3))
        print(f"  {name:11s} best threshold {threshold:.3f} (F1 {f1:.3f}), shift {shifts[-1]:+.3f}")
    (Path(args.run) / "calibration.json").write_text(json.dumps(shifts))


if __name__ == "__main__":
    main()
