"""Holds an exported file, run by the engine, against the checkpoint it was made from: every detection above 0.25.

    python3 compare.py --run DIR --model FILE --data DIR [--size 576] [--count 50]
"""
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import torch

from data import Shards
from evaluate import iou, tensor_of
from export import load
from options import of_checkpoint

THRESHOLD, BOX, SCORE = 0.25, 0.5, 0.01
PROJECT = Path(__file__).parents[3]


def engine(model, images):
    """Rows [B, 300, 6] by the command line's `run`."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "x.npy", Path(folder) / "y.npy"
        np.save(source, images)
        command = ["npm", "run", "-s", "yolov10", "--", "run", str(Path(model).resolve()), "--input", str(source), "--output", str(target)]
        subprocess.run(command, check=True, cwd=PROJECT, stdout=subprocess.DEVNULL)
        return np.load(target)


def differences(wanted, found):
    """For each wanted row above the threshold, the largest box and the score difference of its nearest partner, or infinity."""
    for row in wanted[wanted[:, 4] > THRESHOLD]:
        same = found[found[:, 5] == row[5]]
        best = same[iou(row[None, :4], same[:, :4])[0].argmax()] if len(same) else np.full(6, np.inf)
        yield np.abs(best[:4] - row[:4]).max(), abs(best[4] - row[4])


def main():
    parser = of_checkpoint(__doc__, "model", "data")
    parser.add_argument("--count", type=int, default=50)
    args = parser.parse_args()
    network, _ = load(args.run, args.size)
    shards = Shards(args.data)
    count = min(args.count, len(shards.items))
    images = tensor_of([shards.read(i)[0] for i in range(count)], args.size).contiguous()
    with torch.no_grad():
        ours = network(images).numpy()
    theirs = engine(args.model, images.numpy())
    apart = np.array([pair for a, b in zip(ours, theirs) for pair in (*differences(a, b), *differences(b, a))])
    if len(apart) == 0:
        raise SystemExit(f"expected rows above {THRESHOLD} to compare, found none on {count} pictures. Compare on more.")
    good = (apart[:, 0] <= BOX) & (apart[:, 1] <= SCORE)
    print(f"{good.sum()} of {len(apart)} rows above {THRESHOLD} (both ways) matched; farthest box side {apart[:, 0].max():.3f} px, score {apart[:, 1].max():.4f}")
    raise SystemExit(0 if good.all() else 1)


if __name__ == "__main__":
    main()
