"""Draws two sheets of held-out pictures: all codes found and nothing else, and the others.

    python3 sheets.py --run DIR --data DIR --out models/codes/sheets [--size 576]

Green: a code that was found. Red: a code that was missed. Yellow: a report of something that is no such code.
"""
from pathlib import Path

import cv2
import numpy as np
import torch

from data import Shards
from evaluate import detect, iou
from export import NAMES, load
from options import of_checkpoint

SCORE, OVERLAP, TILE, COLUMNS, ROWS = 0.25, 0.5, 200, 6, 4
GREEN, RED, YELLOW = (60, 180, 60), (40, 40, 230), (0, 210, 240)


def judge(rows, boxes):
    """Labels found, labels missed, and reports beside the mark, each as (class, box, score)."""
    rows, found, missed, taken = rows[rows[:, 4] >= SCORE], [], [], set()
    for label in boxes:
        same = [i for i, row in enumerate(rows) if row[5] == label[0] and i not in taken]
        overlaps = iou(label[None, 1:], rows[same, :4])[0] if same else np.zeros(0)
        if len(same) and overlaps.max() >= OVERLAP:
            taken.add(same[overlaps.argmax()])
            row = rows[same[overlaps.argmax()]]
            found.append((int(row[5]), row[:4], row[4]))
        else:
            missed.append((int(label[0]), label[1:], None))
    wrong = [(int(row[5]), row[:4], row[4]) for i, row in enumerate(rows) if i not in taken]
    return found, missed, wrong


def draw(picture, judged):
    """The picture as a tile, with boxes and class names."""
    h, w = picture.shape[:2]
    scale = TILE / max(h, w)
    small = cv2.resize(picture[..., ::-1], (max(1, round(w * scale)), max(1, round(h * scale))), interpolation=cv2.INTER_AREA)
    tile = np.full((TILE, TILE, 3), 255, np.uint8)
    tile[: small.shape[0], : small.shape[1]] = small
    for marks, colour in zip(judged, (GREEN, RED, YELLOW)):
        for kind, box, score in marks:
            x1, y1, x2, y2 = (round(float(v) * scale) for v in box)
            cv2.rectangle(tile, (x1, y1), (x2, y2), colour, 2)
            words = NAMES[kind] if score is None else f"{NAMES[kind]} {score:.2f}"
            cv2.putText(tile, words, (max(0, x1), max(10, y1 - 3)), cv2.FONT_HERSHEY_SIMPLEX, 0.36, colour, 1, cv2.LINE_AA)
    return tile


def write(path, tiles):
    if not tiles:
        print(f"no picture for {path}")
        return
    tiles = tiles[: COLUMNS * ROWS]
    tiles += [np.full((TILE, TILE, 3), 255, np.uint8)] * (-len(tiles) % COLUMNS)
    rows = [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
    path.parent.mkdir(parents=True, exist_ok=True)
    if not cv2.imwrite(str(path), np.vstack(rows), [cv2.IMWRITE_JPEG_QUALITY, 80]):
        raise SystemExit(f"expected to write {path}, found that it cannot be. Name another folder with --out.")


def main():
    args = of_checkpoint(__doc__, "data", "out").parse_args()
    torch.set_num_threads(1)
    network, _ = load(args.run, args.size)
    shards, hits, misses = Shards(args.data), [], []
    for i in range(len(shards.items)):
        if min(len(hits), len(misses)) >= COLUMNS * ROWS:
            break
        picture, boxes = shards.read(i)
        judged = judge(detect(network, [picture], args.size)[0], boxes)
        (misses if judged[1] or judged[2] else hits).append(draw(picture, judged))
    write(Path(args.out) / "hits.jpg", hits)
    write(Path(args.out) / "misses.jpg", misses)


if __name__ == "__main__":
    main()
