"""Makes a checkpoint that train.py can go on from (--init) out of a file that export.py wrote.

    python3 restore.py --model FILE --data DIR --out DIR [--size 576]

Such a file holds one head and no batch norm, which is folded into the convolutions. So the mean and variance that norms
take away are measured again on made pictures and given back by their weights and biases: the network stays what it was.
The one-to-many head begins as a copy of the other; give it some minutes of its own (train.py --only-head many).
"""
import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from blocks import Conv, RepVGGDW
from data import Shards, collate, example
from export import NAMES
from network import YOLOv10n
from options import OPTIONS

BATCHES, BATCH, MOSAIC = 16, 12, 0.2
# Lengths of filters, dense and depthwise. Norms take them out again, but a step turns a short filter further than a long one.
DENSE, DEPTHWISE = 3.0, 1.0


def fill(conv, weight, bias):
    """Weights as folded, behind a norm that adds the bias and does nothing else."""
    conv.conv.weight.data = weight.clone()
    conv.bn.bias.data = bias.clone()
    conv.bn.running_var.fill_(1 - conv.bn.eps)


def filled(weights):
    """The network of folded weights by name; an error names what the file lacks."""
    network, split = YOLOv10n(len(NAMES)).eval(), set()
    for name, module in network.named_modules():
        if name.startswith("model.23.cv"):
            continue
        if isinstance(module, RepVGGDW):
            whole, bias = weights[f"{name}.conv.weight"], weights[f"{name}.conv.bias"]
            small = whole[:, :, 2:5, 2:5] / 2
            fill(module.conv1, small, bias / 2)
            fill(module.conv, whole - torch.nn.functional.pad(small, [2, 2, 2, 2]), bias / 2)
            split |= {module.conv, module.conv1}
        elif isinstance(module, Conv) and module not in split:
            fill(module, weights[f"{name}.conv.weight"], weights[f"{name}.conv.bias"])
        elif isinstance(module, torch.nn.Conv2d) and module.bias is not None:
            module.weight.data, module.bias.data = weights[f"{name}.weight"].clone(), weights[f"{name}.bias"].clone()
    return network


def measured(network, shards, size):
    """Mean and variance [C] of what each Conv's convolution gives, by module."""
    sums = {}

    def add(conv):
        def hook(_module, _inputs, out):
            out, (count, sum_, squares) = out.double(), sums.get(conv, (0, 0, 0))
            sums[conv] = count + out.numel() // out.shape[1], sum_ + out.sum((0, 2, 3)), squares + out.square().sum((0, 2, 3))
        return conv.conv.register_forward_hook(hook)

    hooks, rng = [add(module) for module in network.modules() if isinstance(module, Conv)], np.random.default_rng(0)
    for _ in range(BATCHES):
        images, *_ = collate([example(shards, size, rng, MOSAIC) for _ in range(BATCH)])
        network(images.contiguous(memory_format=torch.channels_last).float() / 255)
    for hook in hooks:
        hook.remove()
    return {conv: ((s / n).float(), (q / n - (s / n) ** 2).clamp(1e-6).float()) for conv, (n, s, q) in sums.items()}


def normalise(conv, mean, variance):
    """Gives the norm these statistics and the filters their length; what both do together stays."""
    weight, bn = conv.conv.weight.data, conv.bn
    scale = (DENSE if weight.shape[1] > 1 else DEPTHWISE) / weight.flatten(1).norm(dim=1).clamp(1e-4)
    conv.conv.weight.data = weight * scale[:, None, None, None]
    bn.running_mean.copy_(mean * scale)
    bn.running_var.copy_(variance * scale.square())
    bn.weight.data = (bn.running_var + bn.eps).sqrt() / scale
    bn.bias.data += mean


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "data", "out"):
        parser.add_argument(f"--{name}", required=True, **OPTIONS[name])
    parser.add_argument("--size", **OPTIONS["size"])
    args = parser.parse_args()
    tensors = onnx.load(args.model).graph.initializer
    try:
        network = filled({t.name: torch.tensor(numpy_helper.to_array(t).astype(np.float32)) for t in tensors if t.name.startswith("model.")})
    except KeyError as error:
        raise SystemExit(f"expected a file of export.py, found no {error} in {args.model}. Name one, such as models/yolov10n-codes.onnx.") from None
    with torch.no_grad():
        for conv, statistics in measured(network, Shards(args.data), args.size).items():
            normalise(conv, *statistics)
    head = network.model[-1]
    head.cv2.load_state_dict(head.one2one_cv2.state_dict())
    head.cv3.load_state_dict(head.one2one_cv3.state_dict())
    state, last = network.state_dict(), Path(args.out) / "last.pt"
    last.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"network": state, "mean": state, "step": 0, "minutes": 0.0, "optimizers": [], "paired": True}, last)
    print(f"{last}: {sum(p.numel() for p in network.parameters())} weights, both heads alike")


if __name__ == "__main__":
    main()
