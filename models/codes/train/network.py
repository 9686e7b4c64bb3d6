"""YOLOv10n as a trainable module, drawn from the paper (arXiv 2405.14458, section 3 and figure 3).

Module names follow the layer indices, so that exported weights are called `model.10.attn.pe.conv.weight` and the like.
"""
import torch
from torch import nn

from blocks import C2f, CIB, PSA, SCDown, SPPF, Conv
from head import Detect


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
