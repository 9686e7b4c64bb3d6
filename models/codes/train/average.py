"""Writes a checkpoint whose averaged weights are a mean of two others', the second trained on from the first.

    python3 average.py --runs DIR DIR --out DIR [--share 0.5]
"""
import argparse
from pathlib import Path

import torch

from options import OPTIONS


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", nargs=2, required=True, type=OPTIONS["run"]["type"], help="folders of the two checkpoints")
    parser.add_argument("--out", required=True, help="folder of the new checkpoint")
    parser.add_argument("--share", type=float, default=0.5, help="weight of the second in the mean")
    args = parser.parse_args()
    first, second = (torch.load(Path(run) / "last.pt", map_location="cpu") for run in args.runs)
    for kept, other in zip(first["mean"].values(), second["mean"].values()):
        if kept.dtype.is_floating_point:
            kept.lerp_(other, args.share)
    Path(args.out).mkdir(parents=True, exist_ok=True)
    torch.save({**second, "mean": first["mean"]}, Path(args.out) / "last.pt")


if __name__ == "__main__":
    main()
