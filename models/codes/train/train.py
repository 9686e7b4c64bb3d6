"""Trains YOLOv10n on shards of made pictures, on a CPU or an NVIDIA GPU. Stops after --minutes; run again to resume.

    python3 train.py --data DIR --run DIR --minutes 80 --size 256 --final-size 320
"""
import argparse
import copy
import math
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import torch

from data import Shards, collate, example
from loss import loss
from network import YOLOv10n

CLASSES = 6


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True)
    parser.add_argument("--run", required=True, help="folder of checkpoints")
    parser.add_argument("--minutes", type=float, default=60, help="length of the whole schedule")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--final-size", type=int, default=320, help="size of the last third")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--mosaic", type=float, default=0.15, help="share of pictures put together from four")
    parser.add_argument("--init", help="checkpoint whose weights to start from, with a new schedule")
    parser.add_argument("--bf16", action="store_true", help="compute convolutions in bfloat16 on a CPU too")
    parser.add_argument("--limit", type=int, default=0, help="use only so many pictures, to see it overfit")
    return parser.parse_args()


def optimizer_for(network, lr):
    decayed = [p for p in network.parameters() if p.ndim > 1]
    plain = [p for p in network.parameters() if p.ndim <= 1]
    return torch.optim.AdamW([{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}], lr)


@torch.no_grad()
def average(mean, network, step):
    """Exponential moving average of weights and statistics, following quickly at first."""
    decay = 0.999 * (1 - math.exp(-step / 800))
    for slow, fast in zip(mean.state_dict().values(), network.state_dict().values()):
        if slow.dtype.is_floating_point:
            slow.lerp_(fast, 1 - decay)


def batches(shards, args, size_now):
    """Batches made ahead by a few threads; cv2 releases the interpreter while it works."""
    seeds = np.random.SeedSequence(time.time_ns() % 2**63)

    def make(seed):
        rng = np.random.default_rng(seed)
        size = size_now()
        return collate([example(shards, size, rng, args.mosaic) for _ in range(args.batch)])

    with ThreadPoolExecutor(args.workers) as pool:
        waiting = [pool.submit(make, seed) for seed in seeds.spawn(2 * args.workers)]
        while True:
            waiting.append(pool.submit(make, seeds.spawn(1)[0]))
            yield waiting.pop(0).result()


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    cv2.setNumThreads(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    run = Path(args.run)
    run.mkdir(parents=True, exist_ok=True)
    network = YOLOv10n(CLASSES).to(device, memory_format=torch.channels_last)
    mean = copy.deepcopy(network).eval()
    optimizer = optimizer_for(network, args.lr)
    step, used = 0, 0.0
    last = run / "last.pt"
    if last.exists():
        state = torch.load(last, map_location=device)
        network.load_state_dict(state["network"]), mean.load_state_dict(state["mean"]), optimizer.load_state_dict(state["optimizer"])
        step, used = state["step"], state["minutes"]
        print(f"resumed at step {step}, {used:.1f} minutes")
    elif args.init:
        state = torch.load(args.init, map_location=device)
        network.load_state_dict(state["network"]), mean.load_state_dict(state["mean"])
    shards = Shards(args.data)
    if args.limit:
        shards.items = shards.items[: args.limit]
    begun, running, saved = time.time() - used * 60, 0.0, time.time()
    done = lambda: (time.time() - begun) / 60 / args.minutes
    size_now = lambda: args.size if done() < 2 / 3 else args.final_size
    network.train()
    for images, labels, targets, valid in batches(shards, args, size_now):
        if done() >= 1:
            break
        rate = args.lr * min(1, (step + 1) / 300) * (0.02 + 0.98 * (1 + math.cos(math.pi * done())) / 2)
        for group in optimizer.param_groups:
            group["lr"] = rate
        images = images.to(device, memory_format=torch.channels_last).float() / 255
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda" or args.bf16):
            outputs = network(images)
        value = loss(outputs, labels.to(device), targets.to(device), valid.to(device))
        optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 10)
        optimizer.step()
        step += 1
        average(mean, network, step)
        running = value.item() if step == 1 else 0.98 * running + 0.02 * value.item()
        if step % 20 == 0:
            pictures = len(shards.items) if args.limit else shards.refresh()
            print(f"{(time.time() - begun) / 60:6.1f} min  step {step}  seen {step * args.batch}  size {images.shape[-1]}  loss {running:.3f}  lr {rate:.2e}  of {pictures}", flush=True)
        if time.time() - saved > 120:
            saved = time.time()
            save(run, network, mean, optimizer, step, (time.time() - begun) / 60)
    save(run, network, mean, optimizer, step, (time.time() - begun) / 60)


def save(run, network, mean, optimizer, step, minutes):
    state = {"network": network.state_dict(), "mean": mean.state_dict(), "optimizer": optimizer.state_dict(), "step": step, "minutes": minutes}
    torch.save(state, run / "last.part")
    (run / "last.part").rename(run / "last.pt")


if __name__ == "__main__":
    main()
