"""Makes training pictures on the fly from a pack of code and look-alike bitmaps (models/codes/make/pack.ts).

Simpler than the data maker and ten times as fast: for a GPU that wants more different pictures than fit on a disk.
"""
import json
from pathlib import Path

import cv2
import numpy as np

from camera import bent, photograph, pose
from chance import colour, log_uniform
from ground import ground

CLASS_WEIGHTS = np.array([40, 18, 13, 10, 12, 7]) / 100
LEAST_VISIBLE = 0.45
# As the data maker has them (make/legible.ts, make/scene.ts).
LEAST_LEGIBLE = 0.3
GENTLER = (1, 0.4, 0.1)
BARE = -1


class Pack:
    """The bitmaps, still compressed, by class; index -1 holds the look-alikes."""

    def __init__(self, folder):
        content, at = (Path(folder) / "pack.bin").read_bytes(), 0
        self.items = {c: [] for c in range(-1, len(CLASS_WEIGHTS))}
        for entry in json.loads((Path(folder) / "pack.json").read_text()):
            self.items[entry["codeClass"]].append((content[at : at + entry["bytes"]], np.float32(entry["area"])))
            at += entry["bytes"]

    def pick(self, rng, kind):
        content, area = self.items[kind][rng.integers(len(self.items[kind]))]
        return cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE), area


def place(rng, out, ink, corners, clean, stencil=None):
    """Prints the bitmap into the picture, and black on white into the stencil."""
    size = out.shape[0]
    h, w = ink.shape
    shrink = np.sqrt(cv2.contourArea(corners) / (w * h))
    if shrink < 0.7:
        ink = cv2.resize(ink, (max(2, int(w * shrink)), max(2, int(h * shrink))), interpolation=cv2.INTER_AREA)
    scaled = np.float32([[0, 0], [ink.shape[1], 0], [ink.shape[1], ink.shape[0]], [0, ink.shape[0]]])
    matrix = cv2.getPerspectiveTransform(scaled, corners)
    low = np.clip(np.floor(corners.min(0)), 0, size).astype(int)
    high = np.clip(np.ceil(corners.max(0)), 0, size).astype(int)
    extent = high - low
    if min(extent) > 0:
        shift = np.float64([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]]) @ matrix
        dark = cv2.warpPerspective(ink, shift, tuple(int(v) for v in extent), flags=cv2.INTER_LINEAR)[..., None].astype(np.float32) / 255
        inside = cv2.warpPerspective(np.full_like(ink, 255), shift, tuple(int(v) for v in extent), flags=cv2.INTER_LINEAR)[..., None].astype(np.float32) / 255
        region = out[low[1] : high[1], low[0] : high[0]]
        tint, paper, own = print_colours(rng, clean)
        printed = (paper if own else region) * (1 - dark) + tint * dark
        region += (printed - region) * inside
        if stencil is not None:
            part = stencil[low[1] : high[1], low[0] : high[0]]
            part[inside[..., 0] > 0.5] = 1 - dark[inside[..., 0] > 0.5, 0]


def print_colours(rng, clean):
    """Ink, paper, and whether there is paper: dark on light for the most part, sometimes faint, coloured, inverted or bare."""
    if clean:
        return np.float32([0, 0, 0]), np.float32([255, 255, 255]), True
    dark = np.float32([rng.uniform(0, 60)] * 3) if rng.random() < 0.7 else colour(rng) * 0.4
    light = np.float32([rng.uniform(180, 255)] * 3) if rng.random() < 0.65 else 155 + colour(rng) * 0.4
    if rng.random() < 0.12:
        dark = dark + (light - dark) * rng.uniform(0.4, 0.75)
    if rng.random() < 0.08:
        return light, dark, True
    return dark, light, rng.random() > 0.1


def visible_box(outline, width, height):
    """Bounds of the outline's part inside the picture, or None where too little of it is."""
    frame = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    share, seen = cv2.intersectConvexConvex(np.ascontiguousarray(outline), frame)
    if seen is None or share < LEAST_VISIBLE * cv2.contourArea(outline):
        return None
    low, high = seen.reshape(-1, 2).min(0), seen.reshape(-1, 2).max(0)
    return np.concatenate((low, high)) if (high - low).min() >= 4 else None


def outline_of(area, ink, corners):
    """Where the modules [left, top, width, height] of a bitmap come to lie, [4, 2]."""
    x, y, w, h = area / np.float32([ink.shape[1], ink.shape[0]] * 2)
    unit = cv2.getPerspectiveTransform(np.float32([[0, 0], [1, 0], [1, 1], [0, 1]]), corners)
    return cv2.perspectiveTransform(np.float32([[[x, y], [x + w, y], [x + w, y + h], [x, y + h]]]), unit)[0]


def legibility(picture, stencil, outline):
    """How much of the code inside the outline a picture still shows: the largest channel's correlation with the stencil, 0..1."""
    area = np.zeros(stencil.shape, np.uint8)
    cv2.fillConvexPoly(area, np.int32(np.round(outline)), 1)
    chosen = (area > 0) & (stencil != BARE)
    wanted, seen = stencil[chosen], picture[chosen].astype(np.float32)
    if len(wanted) < 2:
        return 0
    wanted, seen = wanted - wanted.mean(), seen - seen.mean(0)
    spread = np.sqrt((wanted**2).sum() * (seen**2).sum(0))
    return np.abs(wanted @ seen / np.maximum(spread, 1e-6)).max()


def legible_photo(rng, out, stencil, outlines, harsh):
    """A photo on which every code can be made out, or the gentlest attempt at one; and which codes can be."""
    for share in GENTLER:
        picture = photograph(rng, out.copy(), harsh * share)
        legible = [legibility(picture, stencil, outline) >= LEAST_LEGIBLE for outline in outlines]
        if all(legible):
            break
    return picture, legible


def add_decoy(rng, out, pack, largest):
    size = out.shape[0]
    ink, _ = pack.pick(rng, -1)
    scale = size * log_uniform(rng, 0.1, largest) / max(ink.shape)
    place(rng, out, ink, pose(rng, ink.shape[1] * scale, ink.shape[0] * scale, rng.uniform(0, size, 2), 0.3), False)


def add_code(rng, out, stencil, pack, frame, share, clean, blocked):
    """Puts a code of about `share` of the picture; returns its class and box, and its outline, or None where it did not fit."""
    c = rng.choice(len(CLASS_WEIGHTS), p=CLASS_WEIGHTS)
    ink, area = pack.pick(rng, c)
    if rng.random() < 0.25 and not clean:
        ink, area = bent(rng, ink, area)
    scale = min(frame) * share / max(area[2], area[3])
    spread = 1 - share if share > 0.45 else 0.96
    centre = np.float32(frame) * (0.5 + spread * rng.uniform(-0.5, 0.5, 2))
    corners = pose(rng, ink.shape[1] * scale, ink.shape[0] * scale, centre, 0 if clean else 0.55 if rng.random() < 0.3 else 0.2)
    left, top, right, bottom = whole = np.concatenate((corners.min(0), corners.max(0)))
    if any(left < b[2] and b[0] < right and top < b[3] and b[1] < bottom for b in blocked):
        return None
    outline = outline_of(area, ink, corners)
    box = visible_box(outline, *frame)
    if box is None:
        return None
    place(rng, out, ink, corners, clean and rng.random() < 0.85, stencil)
    blocked.append(whole)
    return np.concatenate(([c], box)), outline


def compose(pack, size, rng):
    """One picture [h, w, 3] uint8, its longer side `size`, and its rows of class, x1, y1, x2, y2."""
    kind = rng.choice(["clean", "close", "photo", "none"], p=[0.16, 0.26, 0.42, 0.16])
    aspect = rng.choice([1, 1, 4 / 3, 3 / 4, 4 / 3, 3 / 4, 16 / 9, rng.uniform(0.5, 2)])
    frame = (size, round(size / aspect)) if aspect >= 1 else (round(size * aspect), size)
    out = np.full((size, size, 3), 255, np.float32) if kind == "clean" else ground(rng, size)
    for _ in range(0 if kind == "clean" else rng.integers(1, 9) if kind == "none" else rng.integers(0, 6)):
        add_decoy(rng, out, pack, 1.2 if kind == "none" else 0.7)
    many = kind == "photo" and rng.random() < 0.35
    stencil, codes, blocked = np.full((size, size), BARE, np.float32), [], []
    for _ in range(0 if kind == "none" else rng.integers(2, 8) if many else 1):
        share = log_uniform(rng, 0.06, 0.4 if many else 0.6) if kind == "photo" else rng.uniform(0.45, 1.0)
        code = add_code(rng, out, stencil, pack, frame, share, kind == "clean", blocked)
        if code is not None:
            codes.append(code)
    harsh = rng.choice([0, 0, 0.3, 0.7] if kind == "clean" else [0.4, 0.8, 1, 1])
    picture, legible = legible_photo(rng, out, stencil, [outline for _, outline in codes], harsh)
    rows = [row for (row, _), kept in zip(codes, legible) if kept]
    return picture[: frame[1], : frame[0]], np.float32(rows).reshape(-1, 5)


class Composed:
    """Endless pictures from a pack, read like a folder of shards (data.Shards)."""

    def __init__(self, folder, size, count=None):
        """`size` holds the wanted side in `.value`; it may change while worker processes read."""
        self.pack, self.size, self.items = Pack(folder), size, range(count or 1_000_000_000)

    def refresh(self):
        """Nothing new ever lies on disk."""

    def sample(self, rng, side):
        """A picture, RGB, and its rows, by chance, to be shown at `side`: those of mosaics larger, as only parts of them are shown."""
        number = int(rng.integers(len(self.items)))
        return compose(self.pack, min(self.size.value, round(1.25 * side)), np.random.default_rng(number))
