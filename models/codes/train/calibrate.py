"""Shifts each class's logits so that a score of 0.25 is its operating point, on made pictures set aside for this.

    python3 calibrate.py --run DIR --data DIR [--size 576]

A short training leaves scores low and uneven between classes. A constant per class changes no ranking within a class, so
average precision stays as it is; it only makes one threshold right for all. Written to DIR/calibration.json, which
export.py adds to the last biases.

The operating point is where F2 is highest, which counts a missed code four times as much as a false alarm: decoders come
next, and they turn false alarms away. F2 is flat there, so the point is a mean over drawings of the pictures with
replacement: the place of one maximum is chance. All points rise together until 19 of 20 pictures without codes stay
clean: 9 of 10 are wanted of others, and a few dozen of those fall short of it half the time where 9 of 10 is all there is.
"""
import json
from pathlib import Path

import numpy as np
import torch

from data import Shards
from evaluate import detected, judged
from export import MOST, NAMES, load
from options import of_checkpoint

OPERATING_POINT = 0.25
LEAST_CLEAN = 0.95
DRAWINGS = 200


def logit(p):
    return np.log(p / (1 - p))


def best_threshold(scores, hits, targets):
    """The score at which F2 (at an overlap of 0.5) is highest, and that F2; `hits` and `targets` count pictures as often as drawn."""
    right, reports = hits.cumsum(0).T
    f2 = 5 * right / np.maximum(reports + 4 * targets, 1)
    return float(np.clip(scores[f2.argmax()], 0.03, 0.6)), float(f2.max())


def steady_threshold(pictures, rng):
    """Mean threshold, in logits, and mean F2 of DRAWINGS samples of pictures, each given as scores, hits and number of targets."""
    scores, hits = (np.concatenate([picture[i] for picture in pictures]) for i in (0, 1))
    place = np.repeat(np.arange(len(pictures)), [len(picture[0]) for picture in pictures])
    wanted, order = np.array([picture[2] for picture in pictures]), np.argsort(-scores)
    found = []
    for _ in range(DRAWINGS):
        drawn = np.bincount(rng.integers(0, len(pictures), len(pictures)), minlength=len(pictures))
        times = drawn[place[order]]
        found.append(best_threshold(scores[order], np.stack((times * hits[order], times), 1), (drawn * wanted).sum()))
    thresholds, f2 = np.array(found).T
    return float(1 / (1 + np.exp(-logit(thresholds).mean()))), float(f2.mean())


def clean(empty, thresholds):
    """Share of pictures without codes that have no row at or above its class's threshold."""
    return np.mean([(rows[:, 4] < thresholds[rows[:, 5].astype(int)]).all() for rows in empty])


def raised(thresholds, empty):
    """The thresholds, moved up by the same logit until enough pictures without codes are clean."""
    for step in np.arange(0, 6, 0.05):
        higher = 1 / (1 + np.exp(-logit(thresholds) - step))
        if clean(empty, higher) >= LEAST_CLEAN:
            return higher
    raise SystemExit(f"expected {LEAST_CLEAN:.0%} of {len(empty)} pictures without codes to be clean at some threshold, found none. Train it longer.")


def main():
    args = of_checkpoint(__doc__, "data").parse_args()
    torch.set_num_threads(1)
    network, state = load(args.run, args.size, calibrated=False)
    shards = Shards(args.data)
    pairs = detected(network, shards, args.size, len(shards.items))
    table = [judged([pair], MOST) for pair in pairs]
    classes = [[(scores, hits[:, 0], targets) for scores, hits, targets in column] for column in zip(*table)]
    empty = [rows for rows, boxes in pairs if len(boxes) == 0]
    if not empty or any(not sum(targets for *_, targets in column) or not sum(len(scores) for scores, *_ in column) for column in classes):
        raise SystemExit(f"expected pictures of every class, reports of each and pictures without codes, found less among {len(pairs)}. Make more of them.")
    best = [steady_threshold(column, np.random.default_rng(0)) for column in classes]
    thresholds = raised(np.array([threshold for threshold, _ in best]), empty)
    shifts = (logit(OPERATING_POINT) - logit(thresholds)).round(3).tolist()
    for name, (threshold, f2), shift in zip(NAMES, best, shifts):
        print(f"  {name:11s} best threshold {threshold:.3f} (F2 {f2:.3f}), shift {shift:+.3f}")
    print(f"  clean pictures without codes: {clean(empty, thresholds):.3f} of {len(empty)}")
    (Path(args.run) / "calibration.json").write_text(json.dumps({"step": state["step"], "shifts": shifts}))


if __name__ == "__main__":
    main()
