"""YOLOv10n as a trainable module, drawn from the paper (arXiv 2405.14458, section 3 and figure 3).

Module names follow the layer indices, so that exported weights are called `model.10.attn.pe.conv.weight` and the like.
"""
import math

import torch
from torch import nn

STRIDES = (8, 16, 32)
BINS = 16


class Conv(nn.Module):
    """Convolution, batch norm, SiLU (or nothing)."""

    def __init__(self, c_in, c_out, k=1, s=1, g=1, act=True):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, k, s, k // 2, groups=g, bias=False)
        self.bn = nn.BatchNorm2d(c_out, eps=1e-3, momentum=0.03)
        self.act = nn.SiLU(inplace=True) if act else nn.Identity()

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


def depthwise(c, k=3, s=1, act=True):
    return Conv(c, c, k, s, g=c, act=act)


class RepVGGDW(nn.Module):
    """Depthwise 7×7 beside a depthwise 3×3 while training; one 7×7 after folding."""

    def __init__(self, c):
        super().__init__()
        self.conv = depthwise(c, 7, act=False)
        self.conv1 = depthwise(c, 3, act=False)
        self.act = nn.SiLU(inplace=True)

    def forward(self, x):
        return self.act(self.conv(x) + self.conv1(x))


class Bottleneck(nn.Module):
    def __init__(self, c, shortcut):
        super().__init__()
        self.cv1, self.cv2, self.shortcut = Conv(c, c, 3), Conv(c, c, 3), shortcut

    def forward(self, x):
        y = self.cv2(self.cv1(x))
        return x + y if self.shortcut else y


class CIB(nn.Module):
    """Compact inverted block with a large centre kernel."""

    def __init__(self, c, _shortcut):
        super().__init__()
        self.cv1 = nn.Sequential(depthwise(c), Conv(c, 2 * c), RepVGGDW(2 * c), Conv(2 * c, c), depthwise(c))

    def forward(self, x):
        return x + self.cv1(x)


class C2f(nn.Module):
    def __init__(self, c_in, c_out, n, shortcut, block=Bottleneck):
        super().__init__()
        c = self.half = c_out // 2
        self.cv1, self.cv2 = Conv(c_in, 2 * c), Conv((2 + n) * c, c_out)
        self.m = nn.ModuleList(block(c, shortcut) for _ in range(n))

    def forward(self, x):
        parts = list(self.cv1(x).split(self.half, 1))
        for block in self.m:
            parts.append(block(parts[-1]))
        return self.cv2(torch.cat(parts, 1))


class SCDown(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.cv1, self.cv2 = Conv(c_in, c_out), depthwise(c_out, 3, 2, act=False)

    def forward(self, x):
        return self.cv2(self.cv1(x))


class SPPF(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.cv1, self.cv2 = Conv(c, c // 2), Conv(2 * c, c)
        self.m = nn.MaxPool2d(5, 1, 2)

    def forward(self, x):
        parts = [self.cv1(x)]
        for _ in range(3):
            parts.append(self.m(parts[-1]))
        return self.cv2(torch.cat(parts, 1))


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.heads = c // 64
        self.qkv, self.proj, self.pe = Conv(c, 2 * c, act=False), Conv(c, c, act=False), depthwise(c, act=False)

    def forward(self, x):
        # Plain numbers and -1 for the batch: an export then keeps every other dimension constant.
        c, h, w = (int(size) for size in x.shape[1:])
        q, k, v = self.qkv(x).reshape(-1, self.heads, 128, h * w).split((32, 32, 64), 2)
        attention = (q.transpose(-2, -1) @ k * 32**-0.5).softmax(-1)
        out = (v @ attention.transpose(-2, -1)).reshape(-1, c, h, w)
        return self.proj(out + self.pe(v.reshape(-1, c, h, w)))


class PSA(nn.Module):
    def __init__(self, c):
        super().__init__()
        half = self.half = c // 2
        self.cv1, self.cv2 = Conv(c, c), Conv(c, c)
        self.attn = Attention(half)
        self.ffn = nn.Sequential(Conv(half, c), Conv(c, half, act=False))

    def forward(self, x):
        a, b = self.cv1(x).split(self.half, 1)
        b = b + self.attn(b)
        return self.cv2(torch.cat((a, b + self.ffn(b)), 1))


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
        one = self.branch([x.detach() for x in maps], self.one2one_cv2, self.one2one_cv3) if self.paired else None
        return one, self.branch(maps, self.cv2, self.cv3)


class YOLOv10n(nn.Module):
    """Images [B, 3, H, W] in 0..1 → per level [B, 64 + classes, H/s, W/s], one-to-one and (training) one-to-many."""

    def __init__(self, classes):
        super().__init__()
        up, skip = nn.Upsample(scale_factor=2), nn.Identity
        self.model = nn.ModuleList(
            [
                Conv(3, 16, 3, 2), Conv(16, 32, 3, 2), C2f(32, 32, 1, True), Conv(32, 64, 3, 2), C2f(64, 64, 2, True),
                SCDown(64, 128), C2f(128, 128, 2, True), SCDown(128, 256), C2f(256, 256, 1, True), SPPF(256), PSA(256),
                up, skip(), C2f(384, 128, 1, False), up, skip(), C2f(192, 64, 1, False),
                Conv(64, 64, 3, 2), skip(), C2f(192, 128, 1, False),
                SCDown(128, 128), skip(), C2f(384, 256, 1, True, CIB), Detect((64, 128, 256), classes),
            ]
        )

    def forward(self, x):
        m = self.model
        x = m[2](m[1](m[0](x)))
        p3 = m[4](m[3](x))
        p4 = m[6](m[5](p3))
        p5 = m[10](m[9](m[8](m[7](p4))))
        n4 = m[13](torch.cat((m[11](p5), p4), 1))
        n3 = m[16](torch.cat((m[14](n4), p3), 1))
        m4 = m[19](torch.cat((m[17](n3), n4), 1))
        m5 = m[22](torch.cat((m[20](m4), p5), 1))
        return m[23]([n3, m4, m5])


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
