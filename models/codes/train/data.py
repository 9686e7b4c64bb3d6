"""Shards of the data maker (<seed>.bin of JPEGs, <seed>.json of sizes and boxes) as training batches."""
import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

GREY = 114
ZOOMED = 0.5
COARSE = 0.3
# Pixels that a code keeps across its shorter side when its picture is made coarser.
LEAST_SIDE = 32
# Pixels across the shorter side below which nobody can name a code: no picture is shrunk at random so far.
LEAST_SEEN = 14


class Shards:
    """All pictures of a folder, JPEG bytes in memory; `refresh` picks up shards made meanwhile.

    Those of rare classes are drawn more often, or what cannot be told apart would be given to the commonest.
    """

    def __init__(self, folder, most=None):
        self.folder, self.most, self.items, self.seen = Path(folder), most, [], set()
        self.refresh()

    def refresh(self):
        new = sorted(set(self.folder.glob("*.json")) - self.seen)
        if not new:
            return
        for path in new:
            self.seen.add(path)
            content, at = path.with_suffix(".bin").read_bytes(), 0
            for entry in json.loads(path.read_text()):
                boxes = np.array(entry["boxes"], np.float32).reshape(-1, 5)
                self.items.append((content[at : at + entry["bytes"]], boxes))
                at += entry["bytes"]
        self.items = self.items[: self.most]
        self.drawn = shares([boxes[:, 0].astype(int) for _, boxes in self.items]).cumsum()

    def sample(self, rng, _side):
        """A picture as `read` gives it, by chance."""
        return self.read(min(int(self.drawn.searchsorted(rng.random())), len(self.items) - 1))

    def read(self, index):
        """Picture [h, w, 3] RGB and rows of class, x1, y1, x2, y2."""
        content, boxes = self.items[index]
        return cv2.cvtColor(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), boxes.copy()


def shares(labels):
    """How often to draw each picture, by the classes in it, so that classes but the first (bar codes, unlike the others) are as frequent."""
    counts = np.bincount(np.concatenate([*labels, []]).astype(int), minlength=2)
    there = counts[1:] > 0
    rarity = counts[1:].max() / counts.clip(1)
    rarity[0] = rarity[1:][there].mean() if there.any() else 1
    other = np.append(rarity[:1], rarity[1:][there]).mean()
    weights = np.array([rarity[own].mean() if len(own) else other for own in labels])
    return weights / weights.sum()


def letterbox(picture, boxes, size, rng=None):
    """Fits the picture into size × size; when `rng` is given, at a random place and for a third of them up to 35 % smaller."""
    h, w = picture.shape[:2]
    scale = size / max(h, w)
    if rng and rng.random() < 0.35:
        least = LEAST_SEEN / (scale * (boxes[:, 3:] - boxes[:, 1:3]).min()) if len(boxes) else 0
        scale *= rng.uniform(max(0.65, least), 1) if least < 1 else 1
    w2, h2 = max(1, round(w * scale)), max(1, round(h * scale))
    left, top = ((size - w2) // 2, (size - h2) // 2) if rng is None else (rng.integers(0, size - w2 + 1), rng.integers(0, size - h2 + 1))
    out = np.full((size, size, 3), GREY, np.uint8)
    # Cameras shrink by the mean, the engine samples bilinearly, which drops thin bars: both are seen in training.
    smooth = cv2.INTER_AREA if rng is not None and scale < 0.6 and rng.random() < 0.5 else cv2.INTER_LINEAR
    out[top : top + h2, left : left + w2] = cv2.resize(picture, (w2, h2), interpolation=smooth)
    boxes[:, 1:] = boxes[:, 1:] * np.float32([w2 / w, h2 / h] * 2) + np.float32([left, top] * 2)
    return out, boxes


def zoom(picture, boxes, rng):
    """A part of the picture that cuts off no code by more than a quarter; the whole picture where none is found."""
    h, w = picture.shape[:2]
    for _ in range(6):
        part = rng.uniform(0.4, 0.85)
        w2, h2 = max(1, int(w * part)), max(1, int(h * part))
        left, top = rng.integers(0, w - w2 + 1), rng.integers(0, h - h2 + 1)
        corners = boxes[:, 1:].clip([left, top] * 2, [left + w2, top + h2] * 2)
        seen = (corners[:, 2:] - corners[:, :2]).prod(1) / np.maximum((boxes[:, 3:] - boxes[:, 1:3]).prod(1), 1e-6)
        if len(boxes) and seen.max() > 0.75 and ((seen > 0.75) | (seen <= 0)).all():
            moved = np.concatenate((boxes[:, :1], corners - np.float32([left, top] * 2)), 1)
            return picture[top : top + h2, left : left + w2], np.float32(moved[seen > 0.75])
    return picture, boxes


def coarser(picture, boxes, rng):
    """The picture as a camera or a site with fewer pixels hands it over; not so few that its smallest code is lost."""
    h, w = picture.shape[:2]
    side = (boxes[:, 3:] - boxes[:, 1:3]).min() if len(boxes) else max(h, w) / 8
    scale = rng.uniform(0.25, 0.8)
    if side * scale < LEAST_SIDE:
        return picture, boxes
    small = cv2.resize(picture, (max(1, round(w * scale)), max(1, round(h * scale))), interpolation=cv2.INTER_AREA)
    coded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(40, 95))])[1]
    ratio = np.float32([small.shape[1] / w, small.shape[0] / h] * 2)
    return cv2.imdecode(coded, cv2.IMREAD_COLOR), np.concatenate((boxes[:, :1], boxes[:, 1:] * ratio), 1)


def mosaic(parts, size):
    """Four pictures as quarters of one."""
    half, out, rows = size // 2, np.empty((size, size, 3), np.uint8), []
    for i, (picture, boxes) in enumerate(parts):
        x, y = i % 2 * half, i // 2 * half
        out[y : y + half, x : x + half] = picture
        rows.append(boxes + np.float32([0, x, y, x, y]))
    return out, np.concatenate(rows)


def flip(picture, boxes, size, rng):
    """One of the eight symmetries of the square; codes are codes in all of them."""
    if rng.random() < 0.5:
        picture, boxes = picture[:, ::-1], boxes[:, [0, 3, 2, 1, 4]] * np.float32([1, -1, 1, -1, 1]) + np.float32([0, size, 0, size, 0])
    if rng.random() < 0.5:
        picture, boxes = picture[::-1], boxes[:, [0, 1, 4, 3, 2]] * np.float32([1, 1, -1, 1, -1]) + np.float32([0, 0, size, 0, size])
    if rng.random() < 0.5:
        picture, boxes = picture.transpose(1, 0, 2), boxes[:, [0, 2, 1, 4, 3]]
    return picture, boxes


def recolour(picture, rng):
    """Another exposure and white balance; by a table, as arithmetic on whole pictures takes five times as long."""
    gain, shift = rng.uniform(0.75, 1.25) * rng.uniform(0.9, 1.1, 3), rng.uniform(-20, 20)
    table = np.clip(np.arange(256)[:, None] * gain + shift, 0, 255).astype(np.uint8)
    return cv2.LUT(picture, table[None])


def example(shards, size, rng, mosaic_share=0.15):
    def pick(side, zoomed):
        picture, boxes = shards.sample(rng, side)
        if rng.random() < zoomed:
            picture, boxes = zoom(picture, boxes, rng)
        if rng.random() < COARSE:
            picture, boxes = coarser(picture, boxes, rng)
        return letterbox(picture, boxes, side, rng)

    # Zoomed quarters show codes as large as whole pictures do: four times the codes for the same pixels.
    picture, boxes = mosaic([pick(size // 2, 1) for _ in range(4)], size) if rng.random() < mosaic_share else pick(size, ZOOMED)
    picture, boxes = flip(recolour(picture, rng), boxes, size, rng)
    keep = np.minimum(boxes[:, 3] - boxes[:, 1], boxes[:, 4] - boxes[:, 2]) >= 4
    return picture, boxes[keep]


def collate(examples):
    """Images [B, 3, S, S] in 0..255, labels [B, T], targets [B, T, 4] in pixels, valid [B, T]."""
    most = max(1, max(len(boxes) for _, boxes in examples))
    rows = torch.zeros(len(examples), most, 5)
    valid = torch.zeros(len(examples), most, dtype=torch.bool)
    for i, (_, boxes) in enumerate(examples):
        rows[i, : len(boxes)] = torch.from_numpy(np.ascontiguousarray(boxes))
        valid[i, : len(boxes)] = True
    images = torch.from_numpy(np.stack([np.ascontiguousarray(p) for p, _ in examples])).permute(0, 3, 1, 2)
    return images, rows[..., 0].long(), rows[..., 1:], valid


class Batches(IterableDataset):
    """Endless collated batches; every worker draws from a random sequence of its own."""

    def __init__(self, shards, args, size, refresh):
        self.shards, self.args, self.size, self.refresh = shards, args, size, refresh

    def __iter__(self):
        worker = get_worker_info()
        cv2.setNumThreads(1)
        rng = np.random.default_rng([time.time_ns() % 2**32, worker.id if worker else 0])
        made = 0
        while True:
            size = self.size.value
            yield collate([example(self.shards, size, rng, self.args.mosaic) for _ in range(self.args.batch)])
            made += 1
            if made % self.refresh == 0:
                self.shards.refresh()


def batches(args, shards, size):
    """An endless iterator over collated batches of size.value, which may change meanwhile."""
    refresh = 10**9 if args.limit else 50
    source = Batches(shards, args, size, refresh)
    return iter(DataLoader(source, batch_size=None, num_workers=args.workers, pin_memory=torch.cuda.is_available()))
