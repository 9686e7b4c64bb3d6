"""Batch norm and SiLU as one operation, for training in bfloat16 on a CPU with AVX-512; compiled when it is first used."""
import shutil
from functools import cache
from pathlib import Path

import torch
from torch.nn import SiLU

LANES = 16


def reason_against():
    """Why this machine cannot run it, or None."""
    from torch.utils import cpp_extension

    flags = Path("/proc/cpuinfo")
    if not flags.exists() or "avx512_bf16" not in flags.read_text():
        return "a CPU without AVX-512 for bfloat16"
    missing = [name for name, there in (("ninja", cpp_extension.is_ninja_available()), ("g++", shutil.which("g++"))) if not there]
    return f"no {' and no '.join(missing)}, which compile it" if missing else None


@cache
def native():
    from torch.utils import cpp_extension

    options = ["-O3", "-march=native", "-mavx512bf16", "-fopenmp"]
    return cpp_extension.load("norm_act", [str(Path(__file__).with_suffix(".cpp"))], extra_cflags=options, extra_ldflags=["-fopenmp"])


class NormAct(torch.autograd.Function):
    """x [B, C, H, W] bfloat16, gamma and beta [C] → y like x, mean and biased variance [C]; gradients through y alone."""

    @staticmethod
    def forward(ctx, x, gamma, beta, eps, act):
        x = x.contiguous(memory_format=torch.channels_last)
        y, mean, variance = native().forward(x, gamma, beta, eps, act)
        ctx.save_for_backward(x, gamma, beta, mean, variance)
        ctx.options = eps, act
        ctx.mark_non_differentiable(mean, variance)
        return y, mean, variance

    @staticmethod
    def backward(ctx, gradient, _mean, _variance):
        gradient = gradient.bfloat16().contiguous(memory_format=torch.channels_last)
        return *native().backward(gradient, *ctx.saved_tensors, *ctx.options), None, None


def norm_act(conv, x):
    """What conv.act(conv.bn(x)) is in training, running statistics included, for a Conv of blocks.py."""
    bn, count = conv.bn, x.numel() // x.shape[1]
    y, mean, variance = NormAct.apply(x, bn.weight, bn.bias, bn.eps, isinstance(conv.act, SiLU))
    with torch.no_grad():
        bn.running_mean.lerp_(mean, bn.momentum)
        bn.running_var.lerp_(variance * (count / (count - 1)), bn.momentum)
    return y


def suits(conv, x):
    """Whether this Conv is in training and its map x one that norm_act takes."""
    return conv.training and x.dtype == torch.bfloat16 and not x.is_cuda and x.shape[1] % LANES == 0
