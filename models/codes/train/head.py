"""The two detection heads of YOLOv10 and what their maps say (arXiv 2405.14458, section 3.1)."""
import math

import torch
from torch import nn

from blocks import Conv, depthwise

STRIDES = (8, 16, 32)
BINS = 16


class Detect(nn.Module):
    """Two heads of the same form: one-to-many for rich supervision, one-to-one for inference without suppression."""

    def __init__(self, channels, classes):
        super().__init__()
        self.classes = classes
        c_box, c_cls = max(16, channels[0] // 4, 4 * BINS), max(channels[0], min(classes, 100))

        def boxes():
            return nn.ModuleList(
                nn.Sequential(Conv(c, c_box, 3), Conv(c_box, c_box, 3), nn.Conv2d(c_box, 4 * BINS, 1)) for c in channels
            )

        def scores():
            return nn.ModuleList(
                nn.Sequential(
                    nn.Sequential(depthwise(c), Conv(c, c_cls)),
                    nn.Sequential(depthwise(c_cls), Conv(c_cls, c_cls)),
                    nn.Conv2d(c_cls, classes, 1),
                )
                for c in channels
            )

        self.cv2, self.cv3, self.one2one_cv2, self.one2one_cv3 = boxes(), scores(), boxes(), scores()
        self.paired = True
        for box, score, stride in zip([*self.cv2, *self.one2one_cv2], [*self.cv3, *self.one2one_cv3], STRIDES * 2):
            # First boxes about five cells wide (32 at equal odds): small targets overlap them enough to be assigned.
            box[-1].bias.data[:] = -0.35 * torch.arange(BINS).repeat(4)
            # About five objects in a 320-pixel picture: the prior that keeps the first steps calm.
            score[-1].bias.data[:] = math.log(5 / classes / (320 / stride) ** 2)

    def branch(self, maps, boxes, scores):
        return [torch.cat((box(x), score(x)), 1) for x, box, score in zip(maps, boxes, scores)]

    def pair(self):
        """Starts the one-to-one head from what the one-to-many head has learned."""
        self.one2one_cv2.load_state_dict(self.cv2.state_dict())
        self.one2one_cv3.load_state_dict(self.cv3.state_dict())
        self.paired = True

    def forward(self, maps):
        """Maps of the one-to-one head (None before it is paired) and, in training, of the one-to-many head."""
        if not self.training:
            return self.branch(maps, self.one2one_cv2, self.one2one_cv3), None
        one = self.branch(maps, self.one2one_cv2, self.one2one_cv3) if self.paired else None
        return one, self.branch(maps, self.cv2, self.cv3)


def anchors(maps):
    """Cell centres [A, 2] in input pixels and strides [A, 1]."""
    points, strides = [], []
    for x, stride in zip(maps, STRIDES):
        h, w = x.shape[-2:]
        ys, xs = torch.meshgrid(torch.arange(h, device=x.device), torch.arange(w, device=x.device), indexing="ij")
        points.append((torch.stack((xs, ys), -1).view(-1, 2).float() + 0.5) * stride)
        strides.append(torch.full((h * w, 1), float(stride), device=x.device))
    return torch.cat(points), torch.cat(strides)


def flatten(maps):
    """Levels as box logits [B, A, 4, BINS] and class logits [B, A, classes]."""
    x = torch.cat([m.flatten(2) for m in maps], 2).transpose(1, 2)
    return x[..., : 4 * BINS].reshape(*x.shape[:2], 4, BINS), x[..., 4 * BINS :]


def decode_boxes(logits, points, strides):
    """Expected distances to the four sides, as x1, y1, x2, y2 in input pixels."""
    distance = logits.softmax(-1) @ torch.arange(BINS, device=logits.device, dtype=logits.dtype) * strides
    return torch.cat((points - distance[..., :2], points + distance[..., 2:]), -1)


def detections(maps, most=300):
    """Rows [B, ≤ most, 6]: x1, y1, x2, y2, score, class, best first."""
    box_logits, class_logits = flatten(maps)
    boxes = decode_boxes(box_logits, *anchors(maps))
    scores = class_logits.sigmoid()
    most = min(most, scores.shape[1])
    chosen = scores.amax(-1).topk(most, 1).indices.unsqueeze(-1)
    boxes, scores = boxes.gather(1, chosen.expand(-1, -1, 4)), scores.gather(1, chosen.expand(-1, -1, scores.shape[-1]))
    best, index = scores.flatten(1).topk(most, 1)
    rows, classes = index // scores.shape[-1], index % scores.shape[-1]
    boxes = boxes.gather(1, rows.unsqueeze(-1).expand(-1, -1, 4))
    return torch.cat((boxes, best.unsqueeze(-1), classes.unsqueeze(-1).to(boxes.dtype)), -1)
