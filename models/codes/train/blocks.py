"""The blocks of YOLOv10n (arXiv 2405.14458, section 3 and figure 3)."""
import torch
from torch import nn

from norm_act import norm_act, suits


class Conv(nn.Module):
    """Convolution, batch norm, SiLU (or nothing); the last two as one operation where `fused` is set and norm_act.py can."""

    fused = False

    def __init__(self, c_in, c_out, k=1, s=1, g=1, act=True):
        super().__init__()
        self.conv = nn.Conv2d(c_in, c_out, k, s, k // 2, groups=g, bias=False)
        self.bn = nn.BatchNorm2d(c_out, eps=1e-3, momentum=0.03)
        self.act = nn.SiLU(inplace=True) if act else nn.Identity()

    def forward(self, x):
        return self.finished(self.conv(x))

    def finished(self, x):
        return norm_act(self, x) if self.fused and suits(self, x) else self.act(self.bn(x))


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
        return self.cv2(self.cv1(x)) if not self.training or x.is_cuda else self.learning(x)

    def learning(self, x):
        """The same with the depthwise convolution at stride 1, thinned out: oneDNN's gradient at stride 2 takes ten times as long."""
        last = self.cv2
        return last.finished(nn.functional.conv2d(self.cv1(x), last.conv.weight, None, 1, 1, 1, last.conv.groups)[..., ::2, ::2])


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
