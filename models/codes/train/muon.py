"""Muon: momentum whose update is made orthogonal, for matrices (K. Jordan, "Muon: an optimizer for hidden layers in neural
networks", 2024), with AdamW for everything else."""
import torch

# Coefficients of the quintic iteration that drives singular values towards 1.
A, B, C = 3.4445, -4.7750, 2.0315


@torch.no_grad()
def orthogonal(matrices, steps=5):
    """Matrices [N, r, c] with their singular values pushed to about 1; bfloat16 is exact enough for that."""
    x = matrices.transpose(1, 2) if matrices.shape[1] > matrices.shape[2] else matrices
    x = (x / (x.norm(dim=(1, 2), keepdim=True) + 1e-7)).bfloat16()
    for _ in range(steps):
        gram = x @ x.transpose(1, 2)
        x = A * x + (B * gram + C * gram @ gram) @ x
    return (x.transpose(1, 2) if matrices.shape[1] > matrices.shape[2] else x).to(matrices.dtype)


class Muon(torch.optim.Optimizer):
    """Convolution weights as matrices [out, in·k·k]; those of one shape are made orthogonal together."""

    def __init__(self, parameters, lr, momentum=0.95, weight_decay=0.02):
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for same in by_shape(p for p in group["params"] if p.grad is not None):
                self.step_together(same, group)

    def step_together(self, parameters, group):
        updates = []
        for p in parameters:
            state = self.state[p]
            if not state:
                state["momentum"] = torch.zeros_like(p)
            state["momentum"].lerp_(p.grad, 1 - group["momentum"])
            updates.append(p.grad.lerp(state["momentum"], group["momentum"]).flatten(1))
        updates = orthogonal(torch.stack(updates))
        rows, columns = updates.shape[1:]
        rate = group["lr"] * max(1, rows / columns) ** 0.5
        for p, update in zip(parameters, updates):
            p.mul_(1 - group["lr"] * group["weight_decay"])
            p.add_(update.view_as(p), alpha=-rate)


def by_shape(parameters):
    groups = {}
    for p in parameters:
        groups.setdefault(p.flatten(1).shape, []).append(p)
    return groups.values()
