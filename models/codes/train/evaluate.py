"""Average precision of a checkpoint on held-out made pictures.

    python3 evaluate.py --run DIR --data DIR [--size 576]

By the rules of models/codes/eval/, which evaluates the exported file through the engine, on photos too.
"""

import numpy as np
import torch

from data import Shards, letterbox
from export import NAMES, load
from options import of_checkpoint

IOUS = np.arange(0.5, 1, 0.05)


def iou(a, b):
    """Overlap of boxes [N, 4] with boxes [M, 4]."""
    low, high = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    both = np.clip(high - low, 0, None).prod(-1)
    return both / ((a[:, 2:] - a[:, :2]).prod(-1)[:, None] + (b[:, 2:] - b[:, :2]).prod(-1)[None] - both + 1e-9)


def matches(found, wanted):
    """For each detection, best first, and each of the ten overlaps: does it match a target not yet taken?"""
    hit = np.zeros((len(found), len(IOUS)), bool)
    overlaps = iou(found, wanted) if len(wanted) else np.zeros((len(found), 0))
    for t, least in enumerate(IOUS):
        free = np.ones(len(wanted), bool)
        for i, row in enumerate(overlaps):
            best = np.where(free, row, -1).argmax() if free.any() else -1
            if best >= 0 and row[best] >= least:
                hit[i, t], free[best] = True, False
    return hit


def average_precision(scores, hits, targets):
    """COCO's 101-point average precision."""
    order = np.argsort(-scores, kind="stable")
    right = hits[order].cumsum()
    recall, precision = right / max(targets, 1), right / (np.arange(len(right)) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101))
    return np.append(precision, 0)[np.minimum(at, len(precision))].mean()


def tensor_of(pictures, size):
    """The pictures letterboxed, [B, 3, S, S] float32 in 0..1."""
    boxed = [letterbox(p, np.zeros((0, 5), np.float32), size)[0] for p in pictures]
    return torch.from_numpy(np.stack(boxed)).permute(0, 3, 1, 2).float() / 255


def detect(network, pictures, size):
    """Rows x1, y1, x2, y2, score, class per picture, in its own pixels and within it, as the engine gives them."""
    with torch.no_grad():
        out = network(tensor_of(pictures, size)).numpy()
    for rows, picture in zip(out, pictures):
        h, w = picture.shape[:2]
        w2, h2 = (max(1, round(side * size / max(h, w))) for side in (w, h))
        inside = rows[:, :4] - np.float32([(size - w2) // 2, (size - h2) // 2] * 2)
        rows[:, :4] = (inside * np.float32([w / w2, h / h2] * 2)).clip(0, np.float32([w, h] * 2))
    return out


def detected(network, shards, size, count):
    """Rows found and boxes wanted in each of the first `count` pictures."""
    pairs = []
    for start in range(0, count, 16):
        examples = [shards.read(i) for i in range(start, min(count, start + 16))]
        found = detect(network, [picture for picture, _ in examples], size)
        pairs += [(rows, boxes) for rows, (_, boxes) in zip(found, examples)]
    return pairs


def judged(pairs, rows_each):
    """Per class: scores [N], hits [N, 10] and the number of targets, of `rows_each` rows a picture at the most."""
    table = []
    for c in range(len(NAMES)):
        mine = [(rows[rows[:, 5] == c][:rows_each], boxes[boxes[:, 0] == c, 1:]) for rows, boxes in pairs]
        hits = [matches(rows[:, :4], wanted) for rows, wanted in mine]
        scores = [rows[:, 4] for rows, _ in mine]
        table.append((np.concatenate(scores), np.concatenate(hits), sum(len(wanted) for _, wanted in mine)))
    return table


def held_out(network, folder, size, most):
    shards = Shards(folder)
    count = min(most, len(shards.items))
    table = []
    for name, (scores, hits, targets) in zip(NAMES, judged(detected(network, shards, size, count), 100)):
        if targets == 0:
            print(f"  {name:11s}     0 codes")
            continue
        table.append([average_precision(scores, hits[:, t], targets) for t in range(len(IOUS))])
        print(f"  {name:11s} {targets:5d} codes  AP50 {table[-1][0]:.3f}  AP50-95 {np.mean(table[-1]):.3f}")
    if not table:
        raise SystemExit(f"expected pictures of codes in {folder}, found none among {count}. Make some with models/codes/make/main.ts.")
    print(f"  all               AP50 {np.mean(table, 0)[0]:.3f}  AP50-95 {np.mean(table):.3f}  ({count} pictures)", flush=True)


def main():
    parser = of_checkpoint(__doc__, "data")
    parser.add_argument("--most", type=int, default=500)
    args = parser.parse_args()
    torch.set_num_threads(1)
    network, state = load(args.run, args.size, calibrated=False)
    print(f"step {state['step']}, {state['minutes']:.1f} minutes, size {args.size}")
    held_out(network, args.data, args.size, args.most)


if __name__ == "__main__":
    main()
