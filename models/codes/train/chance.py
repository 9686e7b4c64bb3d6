"""Random values that pictures are made of."""
import cv2
import numpy as np


def log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def colour(rng):
    return rng.uniform(0, 255, 3).astype(np.float32)


def noise(rng, size, cell):
    """Smooth random values in about -1..1."""
    small = max(2, int(size / cell) + 2)
    return cv2.resize(rng.uniform(-1, 1, (small, small)).astype(np.float32), (size, size), interpolation=cv2.INTER_LINEAR)
