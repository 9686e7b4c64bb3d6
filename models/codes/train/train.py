"""Trains YOLOv10n on made pictures, on a CPU or an NVIDIA GPU. Stops after --minutes; run again to resume.

    python3 train.py --data DIR --run DIR --minutes 80 --size 256 --final-size 320
    python3 train.py --pack DIR --run DIR --minutes 25 --size 320 --final-size 640 --batch 64 --workers 15   (GPU)
"""
import argparse
import copy
import math
import time
from multiprocessing import Value
from pathlib import Path

import torch

from blocks import Conv
from compose import Composed
from data import Shards, batches
from loss import loss
from muon import Muon
from network import YOLOv10n
from norm_act import reason_against
from options import OPTIONS, checkpoint_file, input_size

CLASSES = 6


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--data", **OPTIONS["data"])
    source.add_argument("--pack", **OPTIONS["pack"])
    parser.add_argument("--run", required=True, help="folder of checkpoints")
    parser.add_argument("--minutes", type=float, default=60, help="length of the whole schedule")
    parser.add_argument("--size", type=input_size, default=256)
    parser.add_argument("--final-size", type=input_size, default=320, help="size of the final stage")
    parser.add_argument("--final", type=float, default=0.35, help="share of the schedule at the final size, the one-to-one head learning at the latest from there")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--lr", type=float, default=2e-3, help="peak rate of AdamW")
    parser.add_argument("--muon", type=float, default=0.02, help="peak rate of Muon; 0 leaves everything to AdamW")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--workers", type=int, default=2, help="processes that make batches; 0 makes them between the steps")
    parser.add_argument("--mosaic", type=float, default=0.15, help="share of pictures put together from four")
    parser.add_argument("--init", type=checkpoint_file, help="checkpoint whose averaged weights to start from, with a new schedule")
    parser.add_argument("--only-head", nargs="?", const="one", choices=("one", "many"), help="train nothing but this head, one unless told, from the averaged weights of --init")
    parser.add_argument("--bf16", action="store_true", help="compute convolutions in bfloat16 on a CPU too")
    parser.add_argument("--fused", action="store_true", help="batch norm and SiLU as one operation (with --bf16 on a CPU with AVX-512; needs g++ and ninja)")
    parser.add_argument("--limit", type=int, help="use only so many pictures, to see it overfit")
    args = parser.parse_args()
    if args.only_head and not (args.init or (Path(args.run) / "last.pt").exists()):
        parser.error("--only-head trains a head on features that are there: name them with --init")
    if args.fused and not args.bf16:
        parser.error("--fused works in bfloat16 alone: add --bf16")
    if args.fused and (reason := reason_against()):
        parser.error(f"--fused cannot run here: {reason}. Leave it out: it changes speed alone.")
    return args


def optimizers_for(network, args):
    """Muon for dense convolutions, AdamW for the rest: depthwise kernels, biases, norms and each head's last layer."""
    last = {id(level[-1].weight) for head in heads_of(network) for level in head}
    learning = [p for p in network.parameters() if p.requires_grad]
    dense = [p for p in learning if p.ndim > 1 and p.shape[1] > 1 and id(p) not in last]
    chosen = {id(p) for p in dense} if args.muon else set()
    decayed = [p for p in learning if p.ndim > 1 and id(p) not in chosen]
    plain = [p for p in learning if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}]
    adam = torch.optim.AdamW(groups, args.lr)
    return [adam, Muon(dense, args.muon)] if args.muon else [adam]


def heads_of(network):
    head = network.model[-1]
    return head.cv2, head.cv3, head.one2one_cv2, head.one2one_cv3


def leave_only(network, which):
    """Freezes all but one head: features as at inference."""
    network.eval().requires_grad_(False)
    head = network.model[-1]
    head.training = which == "many"  # when it gives the maps of both
    for part in (head.cv2, head.cv3) if which == "many" else (head.one2one_cv2, head.one2one_cv3):
        part.train().requires_grad_(True)


@torch.no_grad()
def average(mean, network, step):
    """Exponential moving average of weights and statistics, following quickly at first."""
    decay = 0.999 * (1 - math.exp(-step / 800))
    for slow, fast in zip(mean.state_dict().values(), network.state_dict().values()):
        if slow.dtype.is_floating_point:
            slow.lerp_(fast, 1 - decay)


class Training:
    """Network, its moving average and the optimizer, with what a checkpoint holds of them."""

    def __init__(self, args, device):
        self.device, self.last, self.only_head = device, Path(args.run) / "last.pt", args.only_head
        self.last.parent.mkdir(parents=True, exist_ok=True)
        self.network = YOLOv10n(CLASSES).to(device, memory_format=torch.channels_last).train()
        if args.only_head:
            leave_only(self.network, args.only_head)
        self.mean = copy.deepcopy(self.network).eval()
        self.optimizers = optimizers_for(self.network, args)
        self.peaks = [[group["lr"] for group in o.param_groups] for o in self.optimizers]
        self.step, self.minutes = 0, 0.0
        self.network.model[-1].paired = bool(args.only_head)
        if self.last.exists():
            self.restore(torch.load(self.last, map_location="cpu"), whole=True)
            print(f"resumed at step {self.step}, {self.minutes:.1f} minutes", flush=True)
        elif args.init:
            self.restore(torch.load(args.init, map_location="cpu"), whole=False)
            self.network.load_state_dict(self.mean.state_dict())

    def restore(self, state, whole):
        self.network.load_state_dict(state["network"])
        self.mean.load_state_dict(state["mean"])
        self.network.model[-1].paired |= state["paired"]
        if whole:
            if not self.resume_optimizers(state):
                raise SystemExit(f"expected the run of {self.last} to go on with its own --muon and --only-head, found others. Name another --run.")
            self.step, self.minutes = state["step"], state["minutes"]

    def resume_optimizers(self, state):
        """Whether they could be: those of another --muon or --only-head hold other weights."""
        try:
            for optimizer, kept in zip(self.optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(kept)
        except ValueError:
            return False
        return state.get("only_head") == self.only_head

    def pair(self):
        """Begins the final stage: from now on the one-to-one head learns too."""
        if not self.network.model[-1].paired:
            self.network.model[-1].pair()
            self.mean.model[-1].pair()

    def save(self):
        state = {"network": self.network.state_dict(), "mean": self.mean.state_dict(), "step": self.step, "minutes": self.minutes,
                 "optimizers": [o.state_dict() for o in self.optimizers], "paired": self.network.model[-1].paired, "only_head": self.only_head}
        part = self.last.with_suffix(".part")
        torch.save(state, part)
        part.rename(self.last)

    def learn(self, batch, share, bf16):
        """One step at this share of the peak rates; returns the loss."""
        for optimizer, peaks in zip(self.optimizers, self.peaks):
            for group, peak in zip(optimizer.param_groups, peaks):
                group["lr"] = peak * share
        images, *targets = (x.to(self.device, non_blocking=True) for x in batch)
        images = images.contiguous(memory_format=torch.channels_last).float() / 255
        with torch.autocast(self.device, torch.bfloat16, enabled=bf16):
            outputs = self.network(images)
        value = loss(outputs, *targets)
        self.network.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 10)
        for optimizer in self.optimizers:
            optimizer.step()
        self.step += 1
        average(self.mean, self.network, self.step)
        return value.item()


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    Conv.fused = args.fused
    device = "cuda" if torch.cuda.is_available() else "cpu"
    training = Training(args, device)
    size = Value("i", args.size)
    shards = Composed(args.pack, size, args.limit) if args.pack else Shards(args.data, args.limit)
    begun, saved, running = time.time() - training.minutes * 60, time.time(), None
    for batch in batches(args, shards, size):
        training.minutes = (time.time() - begun) / 60
        done = training.minutes / args.minutes
        if done >= 1:
            break
        if done >= 1 - args.final:
            size.value = args.final_size
            training.pair()
        share = min(1, (training.step + 1) / 200) * (0.02 + 0.98 * (1 + math.cos(math.pi * done)) / 2)
        value = training.learn(batch, share, bf16=device == "cuda" or args.bf16)
        running = value if running is None else 0.98 * running + 0.02 * value
        if training.step % 20 == 0:
            seen, side = training.step * args.batch, batch[0].shape[-1]
            print(f"{training.minutes:6.1f} min  step {training.step}  seen {seen}  size {side}  loss {running:.3f}  rate {share:.3f}", flush=True)
        if time.time() - saved > 120:
            saved = time.time()
            training.save()
    training.save()


if __name__ == "__main__":
    main()
