"""Composes pictures from a pack and keeps them as shards, where the machine that trains is too slow to compose on the fly.

    python3 bake.py --pack DIR --out DIR --first 0 --count 500 --size 640
"""
import argparse
import json
from pathlib import Path

import cv2
import numpy as np

from compose import Pack, compose
from options import OPTIONS

QUALITY = 88


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pack", required=True, **OPTIONS["pack"])
    parser.add_argument("--out", required=True)
    parser.add_argument("--first", type=int, default=0, help="number of the first picture; same number, same picture")
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--size", type=int, default=640)
    args = parser.parse_args()
    cv2.setNumThreads(1)
    pack, files, entries = Pack(args.pack), [], []
    for number in range(args.first, args.first + args.count):
        picture, boxes = compose(pack, args.size, np.random.default_rng(number))
        files.append(cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes())
        entries.append({"bytes": len(files[-1]), "boxes": boxes.tolist()})
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    (out / f"composed-{args.first:08d}.bin").write_bytes(b"".join(files))
    part = out / f"composed-{args.first:08d}.json.part"  # a training may be looking for new shards
    part.write_text(json.dumps(entries))
    part.rename(part.with_suffix(""))
    print(f"{args.count} pictures from number {args.first}", flush=True)


if __name__ == "__main__":
    main()
