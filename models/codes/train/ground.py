"""What lies behind the codes."""
import cv2
import numpy as np

from chance import colour, log_uniform, noise


def ground(rng, size):
    """White, paper, a gradient or a texture, perhaps under coloured shapes."""
    kind = rng.random()
    base = np.float32([255, 255, 255]) if kind < 0.15 else rng.uniform(170, 255) + rng.uniform(-25, 10, 3) if kind < 0.5 else colour(rng)
    out = np.empty((size, size, 3), np.float32)
    out[:] = base
    if kind < 0.15:
        return out
    if rng.random() < 0.5:
        angle = rng.uniform(0, 2 * np.pi)
        y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
        t = np.clip(x * np.cos(angle) + y * np.sin(angle) + 0.5, 0, 1)[..., None] * 0.8
        out += (colour(rng) - out) * t
    for _ in range(rng.integers(0, 4)):
        out += noise(rng, size, log_uniform(rng, 1.5, size / 3))[..., None] * rng.uniform(2, 40) * (1 if rng.random() < 0.6 else rng.uniform(-1, 1, 3))
    for _ in range(rng.integers(0, 25) if rng.random() < 0.5 else 0):
        shape(rng, out, size)
    return out.astype(np.float32)


def shape(rng, out, size):
    centre, axes = rng.uniform(0, size, 2), [size * log_uniform(rng, 0.02, 0.5) for _ in range(2)]
    turn = 0 if rng.random() < 0.5 else rng.uniform(0, 180)
    tint = tuple(float(v) for v in colour(rng))
    if rng.random() < 0.35:
        cv2.ellipse(out, (tuple(centre), tuple(2 * a for a in axes), turn), tint, -1)
    else:
        cv2.fillPoly(out, [cv2.boxPoints((tuple(centre), tuple(2 * a for a in axes), turn)).astype(np.int32)], tint)
