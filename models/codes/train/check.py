"""Checks the trainer on cases small enough to know the answer, and sees it learn four pictures by heart: python3 check.py"""
import copy
import types

import numpy as np
import torch

import data
from blocks import Conv, SCDown
from check_pictures import check_augmentation, check_coarser, check_legibility, check_shares, near, rectangle
from head import STRIDES, anchors, detections
from loss import assign, assign_coarsest, ciou, closeness, loss
from muon import Muon, orthogonal
from network import YOLOv10n
from norm_act import reason_against, suits
from train import optimizers_for

TINTS = ((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0))


def check_ciou():
    a = torch.tensor([[0.0, 0, 10, 10], [0, 0, 10, 10], [0, 0, 10, 10]])
    b = torch.tensor([[0.0, 0, 10, 10], [5, 0, 15, 10], [20, 0, 30, 10]])
    # Same shape, so only overlap and centre distance count: 1/3 - 25/325 and 0 - 400/1000.
    near(ciou(a, b), [1, 1 / 3 - 25 / 325, -0.4], 1e-5, "complete IoU")


def check_assignment():
    points = torch.tensor([[5.0, 5], [15, 5], [25, 5], [95, 95]])
    targets, valid = torch.tensor([[[0.0, 0, 20, 10], [10, 0, 30, 10]]]), torch.ones(1, 2, dtype=torch.bool)
    boxes = torch.tensor([[[0.0, 0, 19, 10], [9, 0, 29, 10], [10, 0, 30, 9], [90, 90, 99, 99]]])
    scores = torch.full((1, 4, 2), 0.5)
    scores[0, 2] = 0.1
    index, positive, weight = assign(scores, boxes, points, torch.tensor([[0, 1]]), targets, valid, 1)
    assert positive.tolist() == [[True, True, False, False]], positive
    assert index[0, :2].tolist() == [0, 1], index
    near(weight[0, :2], [ciou(boxes[0, i], targets[0, i]).item() for i in (0, 1)], 1e-5, "label weights")


def check_coarsest():
    # Boxes on target at all cells but those of the coarsest level, which are a third as wide: by overlap alone it would get none.
    points, strides = anchors([torch.zeros(1, 1, 480 // stride, 480 // stride) for stride in STRIDES])
    target = torch.tensor([[[40.0, 40, 440, 440], [10, 10, 60, 60]]])
    boxes = torch.where(strides == 32, torch.cat((points - 70, points + 70), 1), target[0, :1])[None]
    candidates = torch.full((1, len(points), 6), 0.5), boxes, points, torch.tensor([[1, 2]]), target, torch.ones(1, 2, dtype=torch.bool)
    chosen = assign(*candidates, 10)
    coarsest = strides[:, 0] == 32
    assert not (chosen[1][0] & coarsest & (chosen[0][0] == 0)).any()
    index, positive, weight = assign_coarsest(chosen, strides, *candidates)
    mine = positive[0] & (index[0] == 0)
    assert (mine & coarsest).sum() == 4 and (weight[0, mine] > 0).all(), mine.nonzero()
    assert (mine & ~coarsest).sum() == 10, "the finer levels keep theirs"


def check_closeness():
    points, strides = torch.tensor([[48.0, 48], [64, 48], [48, 48], [48, 48]]), torch.tensor([[16.0], [16], [8], [32]])
    target = torch.tensor([[[0.0, 0, 96, 96]]])
    # In the centre at the level that is six cells across, one cell away, one level off on either side.
    near(closeness(points, strides, target), np.exp([[[0, -1, -1, -1]]]), 1e-5, "spatial prior")


def check_orthogonal():
    singular = torch.linalg.svdvals(orthogonal(torch.randn(3, 24, 60)))
    assert 0.5 < singular.min() and singular.max() < 1.4, singular


def check_thinning():
    block, x = SCDown(8, 12).train(), torch.randn(2, 8, 10, 14)
    with torch.no_grad():
        near(block(x), block.cv2(block.cv1(x)), 1e-5, "downsampling while learning")


def check_norm_act():
    """Against PyTorch in float32: what comes out, every gradient and the running statistics, within bfloat16's eight bits."""
    if reason := reason_against():
        return f"skipped: {reason}"
    torch.manual_seed(1)
    for act in (True, False):
        plain = Conv(32, 48, 3, act=act).train()
        torch.nn.init.normal_(plain.bn.bias)
        x = torch.randn(3, 32, 20, 28)
        wanted, found = normed(plain, x, False), normed(copy.deepcopy(plain), x, True)
        for what, one, other in zip(("y", "gradient of x", "gradient of gamma", "gradient of beta", "mean", "variance"), wanted, found):
            near((one - other).norm() / one.norm(), 0, 0.01, f"norm_act, {what}")


def normed(conv, x, fused):
    conv.fused, x = fused, x.clone().requires_grad_()
    conv.bn.reset_running_stats()
    conv.bn.running_var.zero_()
    with torch.autocast("cpu", torch.bfloat16, enabled=fused):
        y = conv.conv(x.contiguous(memory_format=torch.channels_last))
        assert suits(conv, y) == fused
        y = conv.finished(y)
    (y.float() * (0.5 + torch.sin(torch.arange(y.numel()))).view_as(y)).sum().backward()
    return y.detach().float(), x.grad, conv.bn.weight.grad, conv.bn.bias.grad, conv.bn.running_mean, conv.bn.running_var


def check_restored():
    """A network folded for export, restored and given other statistics, is what it was."""
    try:
        from export import NAMES, fold
        from restore import filled, normalise
    except ModuleNotFoundError as error:
        if error.name != "onnx":
            raise
        return f"skipped: {error}"
    torch.manual_seed(2)
    network, images = YOLOv10n(len(NAMES)).eval(), torch.rand(1, 3, 64, 64)
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            for values in (module.weight.data, module.running_var, module.bias.data, module.running_mean):
                values.uniform_(0.5, 1.5)
    folded = copy.deepcopy(network)
    with torch.no_grad():
        fold(folded)
        restored = filled(folded.state_dict())
        for module in restored.modules():
            if isinstance(module, Conv):
                normalise(module, torch.randn(len(module.bn.bias)), torch.rand(len(module.bn.bias)) + 0.1)
        for wanted, found in zip(network(images)[0], restored(images)[0]):
            near((found - wanted).abs().max() / wanted.abs().max(), 0, 1e-4, "maps of the restored network")


def check_learning():
    """Both heads, as in the final stage: the one-to-one head must find each rectangle and its class, once."""
    torch.manual_seed(0)
    rng = np.random.default_rng(2)
    examples = [rectangle(rng, tint) for tint in TINTS]
    for c, (_, boxes) in enumerate(examples):
        boxes[:, 0] = c
    images, *targets = data.collate(examples)
    images = images.float() / 255
    network = YOLOv10n(len(TINTS)).train()
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 0.3  # its averages must keep up with so few steps
    optimizers = optimizers_for(network, types.SimpleNamespace(lr=2e-3, muon=0.02))
    assert isinstance(optimizers[1], Muon)
    for _ in range(200):
        network.zero_grad(set_to_none=True)
        loss(network(images), *targets).backward()
        for optimizer in optimizers:
            optimizer.step()
    with torch.no_grad():
        rows = detections(network.eval()(images)[0], 20)
    for c, (found, (_, boxes)) in enumerate(zip(rows, examples)):
        assert found[0, 5] == c and found[0, 4] > 0.5, f"picture {c}: best detection {found[0].tolist()}"
        assert found[1, 4] < 0.5 * found[0, 4], f"picture {c}: reported twice, {found[:2].tolist()}"
        assert ciou(found[0, :4], torch.from_numpy(boxes[0, 1:])) > 0.7, f"picture {c}: {found[0].tolist()}, wanted {boxes}"


CHECKS = (
    check_ciou, check_assignment, check_coarsest, check_shares, check_closeness, check_orthogonal, check_thinning, check_norm_act, check_restored,
    check_legibility, check_augmentation, check_coarser, check_learning,
)


def main():
    for check in CHECKS:
        print(check.__name__, check() or "passed", flush=True)


if __name__ == "__main__":
    main()
