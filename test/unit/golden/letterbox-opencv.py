"""Writes letterbox-opencv.json: what OpenCV's resize and copyMakeBorder make of a few small pictures (needs python3-opencv)."""
import base64, json, pathlib
import cv2, numpy as np


def pattern(width, height):
    x, y = np.arange(width)[None, :], np.arange(height)[:, None]
    red, green, blue = x * 37 + y * 11, x * x * 3 + y * 29, x * y * 7 + 13 * x
    return (np.stack([red, green, blue], -1) % 256).astype(np.uint8)


def letterbox(picture, net_width, net_height):
    height, width = picture.shape[:2]
    scale = min(net_height / height, net_width / width)
    new = int(round(width * scale)), int(round(height * scale))
    dx, dy = (net_width - new[0]) / 2, (net_height - new[1]) / 2
    resized = cv2.resize(picture, new, interpolation=cv2.INTER_LINEAR)
    top, bottom, left, right = (int(round(side)) for side in (dy - 0.1, dy + 0.1, dx - 0.1, dx + 0.1))
    padded = cv2.copyMakeBorder(resized, top, bottom, left, right, cv2.BORDER_CONSTANT, value=(114, 114, 114))
    return padded, dict(newWidth=new[0], newHeight=new[1], left=left, top=top)


cases = []
for width, height, net_width, net_height in [(53, 37, 32, 32), (5, 3, 32, 16), (41, 77, 32, 32), (32, 32, 32, 32), (33, 64, 32, 32)]:
    padded, geometry = letterbox(pattern(width, height), net_width, net_height)
    pixels = base64.b64encode(padded.tobytes()).decode()
    cases.append(dict(width=width, height=height, netWidth=net_width, netHeight=net_height, **geometry, pixels=pixels))
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(dict(opencv=cv2.__version__, cases=cases), indent=1) + "\n")
