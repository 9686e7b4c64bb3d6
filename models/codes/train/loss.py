"""Consistent dual assignments and their loss (YOLOv10 paper, section 3.1; task-aligned assignment: arXiv 2108.07755;
CIoU: arXiv 1911.08287; distribution focal loss: arXiv 2006.04388)."""
import math

import torch
import torch.nn.functional as F

from head import BINS, STRIDES, anchors, decode_boxes, flatten

# Exponents of score and overlap in the matching metric, the same for both heads: without them the two would want other cells.
ALPHA, BETA = 0.5, 6.0
BOX, CLASS, DISTRIBUTION = 7.5, 0.5, 1.5
EPS = 1e-9
# A cell with any metric above this may be chosen: a young network's overlaps to the sixth power are tiny.
LEAST_METRIC = 1e-14
# Cells of its own level across a target of the one-to-one head.
CELLS_ACROSS = 6
# Targets of this side in pixels and up get so many cells of the coarsest level too, in the one-to-many head. A finer level that
# has learned them overlaps them better, so by overlap alone the coarsest would never get one, nor ever learn.
COARSE_SIDE, COARSE_CELLS = 150, 4


def ciou(a, b):
    """Complete IoU of boxes [..., 4] given as x1, y1, x2, y2."""
    (ax1, ay1, ax2, ay2), (bx1, by1, bx2, by2) = a.unbind(-1), b.unbind(-1)
    aw, ah, bw, bh = ax2 - ax1, ay2 - ay1 + EPS, bx2 - bx1, by2 - by1 + EPS
    overlap = (torch.min(ax2, bx2) - torch.max(ax1, bx1)).clamp(0) * (torch.min(ay2, by2) - torch.max(ay1, by1)).clamp(0)
    iou = overlap / (aw * ah + bw * bh - overlap + EPS)
    width, height = torch.max(ax2, bx2) - torch.min(ax1, bx1), torch.max(ay2, by2) - torch.min(ay1, by1)
    centres = ((bx1 + bx2 - ax1 - ax2) ** 2 + (by1 + by2 - ay1 - ay2) ** 2) / 4
    shape = (4 / math.pi**2) * (torch.atan(bw / bh) - torch.atan(aw / ah)) ** 2
    with torch.no_grad():
        weight = shape / (shape - iou + 1 + EPS)
    return iou - (centres / (width**2 + height**2 + EPS) + shape * weight)


def closeness(points, strides, targets):
    """How near a target's centre each cell is, and how well its stride fits the target's size; [B, T, A] in 0..1.

    The spatial prior of the one-to-one matching: overlaps of neighbouring cells nearly tie, and where it is chance which
    of them is chosen, the head learns to report all of them.
    """
    centres, sides = (targets[..., :2] + targets[..., 2:]) / 2, targets[..., 2:] - targets[..., :2]
    cells = ((points - centres[:, :, None]) / strides).square().sum(-1)
    levels = (sides.prod(-1).clamp(1).sqrt()[..., None] / (CELLS_ACROSS * strides.T)).log2()
    return torch.exp(-cells - levels.square())


@torch.no_grad()
def assign(scores, boxes, points, labels, targets, valid, top, prior=1):
    """Gives each target its `top` best cells inside it; a cell wanted twice goes to the larger overlap.

    scores [B, A, C], boxes [B, A, 4], points [A, 2], labels [B, T], targets [B, T, 4], valid [B, T], prior [B, T, A].
    Returns for every cell the index of its target [B, A], whether it has one [B, A], and its soft label weight [B, A].
    """
    inside = torch.cat((points[None, None] - targets[:, :, None, :2], targets[:, :, None, 2:] - points[None, None]), -1).amin(-1) > EPS
    inside &= valid[:, :, None]
    # Few cells lie inside a target, so what takes long is computed for those pairs alone.
    image, target, cell = pairs = inside.nonzero(as_tuple=True)
    overlaps = ciou(boxes[image, cell], targets[image, target]).clamp(0)
    metrics = scores[image, cell, labels[image, target]] ** ALPHA * overlaps**BETA
    overlap = inside.to(overlaps.dtype).index_put(pairs, overlaps)
    metric = inside.to(overlaps.dtype).index_put(pairs, metrics) * prior
    best = metric.topk(top, -1)
    taken = torch.zeros_like(metric).scatter_(-1, best.indices, (best.values > LEAST_METRIC).float())
    crowded = taken.sum(1, keepdim=True) > 1
    winner = F.one_hot(overlap.argmax(1), taken.shape[1]).transpose(1, 2)
    taken = torch.where(crowded, winner * inside, taken)
    index, positive = taken.argmax(1), taken.sum(1) > 0
    metric, overlap = metric * taken, overlap * taken
    weight = (metric / (metric.amax(-1, keepdim=True) + LEAST_METRIC) * overlap.amax(-1, keepdim=True)).amax(1)
    return index, positive, weight


def assign_coarsest(chosen, strides, scores, boxes, points, labels, targets, valid):
    """What `assign` gave (to be changed), and over it cells of the coarsest level for large targets, best among themselves."""
    cells = (strides[:, 0] == STRIDES[-1]).nonzero()[:, 0]
    large = valid & ((targets[..., 2:] - targets[..., :2]).prod(-1).clamp(0).sqrt() >= COARSE_SIDE)
    own = assign(scores[:, cells], boxes[:, cells], points[cells], labels, targets, large, min(COARSE_CELLS, len(cells)))
    for all_cells, coarsest in zip(chosen, own):
        all_cells[:, cells] = torch.where(own[1], coarsest, all_cells[:, cells])
    return chosen


def head_loss(maps, labels, targets, valid, top):
    """Box, class and distribution loss of one head, already weighted."""
    box_logits, class_logits = flatten(maps)
    box_logits, class_logits = box_logits.float(), class_logits.float()
    points, strides = anchors(maps)
    # Which cells are chosen needs the boxes of all, a gradient only those of the chosen.
    boxes = decode_boxes(box_logits.detach(), points, strides)
    candidates = class_logits.detach().sigmoid(), boxes, points, labels, targets, valid
    if top == 1:
        index, positive, weight = assign(*candidates, top, closeness(points, strides, targets))
    else:
        index, positive, weight = assign_coarsest(assign(*candidates, top), strides, *candidates)
    wanted = F.one_hot(labels.gather(1, index), class_logits.shape[-1]) * (weight * positive)[..., None]
    total = wanted.sum().clamp(1)
    class_loss = F.binary_cross_entropy_with_logits(class_logits, wanted.to(class_logits.dtype), reduction="sum") / total
    if not positive.any():
        return class_loss * CLASS + 0 * box_logits.sum()
    matched = targets.gather(1, index[..., None].expand(-1, -1, 4))[positive]
    share, logits = weight[positive], box_logits[positive]
    points, strides = (x.expand(len(index), -1, -1)[positive] for x in (points, strides))
    box_loss = ((1 - ciou(decode_boxes(logits, points, strides), matched)) * share).sum() / total
    distance = torch.cat((points - matched[:, :2], matched[:, 2:] - points), -1) / strides
    distance = distance.clamp(0, BINS - 1.01)
    low = distance.floor()
    logits = logits.flatten(0, 1)
    near = F.cross_entropy(logits, low.long().flatten(), reduction="none").view_as(distance) * (low + 1 - distance)
    far = F.cross_entropy(logits, low.long().flatten() + 1, reduction="none").view_as(distance) * (distance - low)
    distribution = ((near + far).mean(-1) * share).sum() / total
    return box_loss * BOX + class_loss * CLASS + distribution * DISTRIBUTION


def loss(outputs, labels, targets, valid):
    """Both heads, where there are both: one cell per target for the one that is kept, ten and more for the one with richer supervision."""
    one, many = outputs
    values = [head_loss(maps, labels, targets, valid, top) for maps, top in ((many, 10), (one, 1)) if maps is not None]
    return sum(values)
