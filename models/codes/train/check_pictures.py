"""Checks of what the trainer does to pictures; check.py runs them."""
import numpy as np

import data
from compose import BARE, legibility

SIZE = 96


def near(found, expected, tolerance, what):
    difference = np.abs(np.asarray(found, np.float64) - np.asarray(expected, np.float64)).max()
    assert difference <= tolerance, f"{what}: expected {expected} within {tolerance}, found {found}"


def check_shares():
    labels = [np.array([1])] * 4 + [np.array([2])] + [np.array([0, 0])] + [np.array([], int)]
    share = data.shares(labels)
    near(share[:4].sum(), share[4], 1e-6, "share of a rare class's only picture")
    near(share.sum(), 1, 1e-6, "all shares")


def check_legibility():
    rng, stencil, outline = np.random.default_rng(3), np.full((20, 20), BARE, np.float32), np.float32([[4, 4], [15, 4], [15, 15], [4, 15]])
    stencil[4:16, 4:16] = np.arange(12) % 2
    picture = rng.integers(0, 255, (20, 20, 3)).astype(np.uint8)
    assert legibility(picture, stencil, outline) < 0.3, "noise is no code"
    picture[4:16, 4:16, 1] = 120 - 3 * (np.arange(12) % 2)
    near(legibility(picture, stencil, outline), 1, 1e-5, "legibility of a faint inverted code in one channel")
    near(legibility(np.full_like(picture, 9), stencil, outline), 0, 0, "legibility in one flat colour")


def rectangle(rng, tint):
    """A picture of one coloured rectangle on grey, and its row."""
    w, h = rng.integers(30, 60, 2)
    x, y = rng.integers(4, SIZE - 4 - w), rng.integers(4, SIZE - 4 - h)
    picture = np.full((SIZE, SIZE, 3), 60, np.uint8)
    picture[y : y + h, x : x + w] = tint
    return picture, np.float32([[0, x, y, x + w, y + h]])


def check_augmentation():
    rng = np.random.default_rng(1)
    for _ in range(60):
        picture, boxes = data.zoom(*rectangle(rng, (0, 255, 0)), rng)
        picture, boxes = data.flip(*data.letterbox(picture, boxes, SIZE, rng), SIZE, rng)
        ys, xs = np.nonzero((picture[..., 1] > 150) & (picture[..., 0] < 100))
        near(boxes[0, 1:], [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], 2, "box after augmentation")


def check_coarser():
    rng, sides = np.random.default_rng(4), []
    for _ in range(60):
        picture, boxes = rectangle(rng, (0, 255, 0))
        boxes[:, 1:] *= 5
        picture, boxes = data.coarser(picture.repeat(5, 0).repeat(5, 1), boxes, rng)
        ys, xs = np.nonzero(picture[..., 1] > 150)
        near(boxes[0, 1:], [xs.min(), ys.min(), xs.max() + 1, ys.max() + 1], 1.5, "box in a coarser picture")
        assert (boxes[0, 3:] - boxes[0, 1:3]).min() >= data.LEAST_SIDE, boxes
        sides.append(picture.shape[0])
    assert min(sides) < 0.5 * SIZE * 5 and max(sides) <= SIZE * 5, sides
