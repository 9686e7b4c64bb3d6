"""How a camera sees flat and bent bitmaps, and what light and sensor do to the picture."""
import cv2
import numpy as np

from chance import log_uniform


def pose(rng, width, height, centre, tilt):
    """Corners of a tilted and turned rectangle seen from 2.2 times its longer side; an untilted one is mostly upright."""
    upright = 0.8 if tilt == 0 else 0
    turn = 0 if rng.random() < upright else rng.normal() * 0.12 if rng.random() < 0.4 else rng.uniform(-np.pi, np.pi)
    about, over = np.clip(rng.normal(size=2) * tilt, -1.05, 1.05)
    x, y = np.float32([-1, 1, 1, -1]) * width / 2, np.float32([-1, -1, 1, 1]) * height / 2
    x, y, z = x * np.cos(about), y * np.cos(over) + x * np.sin(over) * np.sin(about), y * np.sin(over) - x * np.cos(over) * np.sin(about)
    w = 1 + z / (2.2 * max(width, height))
    x, y = x / w, y / w
    return np.stack((x * np.cos(turn) - y * np.sin(turn) + centre[0], x * np.sin(turn) + y * np.cos(turn) + centre[1]), 1).astype(np.float32)


def bent(rng, ink, area):
    """The bitmap as a cylinder shows it; the area moves along."""
    angle = rng.uniform(0.3, 1.2)
    h, w = ink.shape
    flat = (np.arange(w, dtype=np.float32) + 0.5) / w
    source = ((np.arcsin((2 * flat - 1) * np.sin(angle)) / (2 * angle) + 0.5) * w - 0.5).astype(np.float32)
    out = cv2.remap(ink, np.tile(source[None], (h, 1)), np.tile(np.arange(h, dtype=np.float32)[:, None], (1, w)), cv2.INTER_LINEAR)
    seen = lambda x: w * (np.sin(angle * (2 * x / w - 1)) / (2 * np.sin(angle)) + 0.5)
    left, right = seen(area[0]), seen(area[0] + area[2])
    return out, np.float32([left, area[1], right - left, area[3]])


def photograph(rng, out, harsh):
    """Light, gloss, blur, tone, noise, JPEG."""
    size = out.shape[0]
    if rng.random() < 0.6 * harsh:
        angle, strength = rng.uniform(0, 2 * np.pi), rng.uniform(0.1, 0.75)
        y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size - 0.5
        out *= (1 + strength * (x * np.cos(angle) + y * np.sin(angle)))[..., None]
    if rng.random() < 0.15 * harsh:
        spot = np.zeros((size, size), np.float32)
        axes = (float(size * rng.uniform(0.05, 0.4)), float(size * rng.uniform(0.03, 0.25)))
        cv2.ellipse(spot, (tuple(rng.uniform(0, size, 2)), axes, rng.uniform(0, 180)), rng.uniform(60, 260), -1)
        out += cv2.blur(spot, (max(3, int(axes[1])),) * 2)[..., None]
    if rng.random() < 0.3 * harsh:
        small = int(size / rng.uniform(1.3, 4))
        out = cv2.resize(cv2.resize(out, (small, small), interpolation=cv2.INTER_AREA), (size, size), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.45 * harsh:
        out = cv2.GaussianBlur(out, (0, 0), log_uniform(rng, 0.4, 2.6) * harsh * size / 320)
    if rng.random() < 0.12 * harsh:
        length = max(3, int(rng.uniform(2, 9) * size / 320)) | 1
        kernel = np.zeros((length, length), np.float32)
        along = np.float32([np.cos(t := rng.uniform(0, np.pi)), np.sin(t)]) * length / 2
        cv2.line(kernel, tuple(np.int32(length / 2 - along)), tuple(np.int32(length / 2 + along)), 1)
        out = cv2.filter2D(out, -1, kernel / kernel.sum())
    grey = out.mean(-1, keepdims=True)
    out = grey + (out - grey) * (0 if rng.random() < 0.2 else 1 - harsh * rng.uniform(-0.2, 0.7))
    out = (out - 128) * (1 + harsh * rng.uniform(-0.6, 0.35)) + 128 + harsh * rng.uniform(-45, 45)
    out = 255 * np.clip(out / 255, 0, 1) ** np.exp(harsh * rng.uniform(-0.5, 0.5))
    if rng.random() < 0.6 * harsh:
        field = rng.standard_normal((size, size, 1 if rng.random() < 0.5 else 3), dtype=np.float32)
        out = out + field * log_uniform(rng, 1.5, 22) * harsh
    out = np.clip(out, 0, 255).astype(np.uint8)
    quality = int(rng.uniform(25, 60) if rng.random() < 0.3 else rng.uniform(60, 95))
    return cv2.imdecode(cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
