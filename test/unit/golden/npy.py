"""Writes npy.json: small arrays as NumPy saves them (needs numpy)."""
import base64, io, json, pathlib
import numpy as np
from numpy.lib import format as npy

cases = []
for dtype in ["<f2", "<f4", "<f8", "<i4", "<i8", "|u1"]:
    for version in [(1, 0), (2, 0), (3, 0)]:
        for order in "CF":
            array = np.asarray((np.arange(24) * 5 + 3).reshape(2, 3, 4), dtype=dtype, order=order)
            file = io.BytesIO()
            npy.write_array(file, array, version=version)
            cases.append(dict(dtype=dtype, version=version[0], order=order, file=base64.b64encode(file.getvalue()).decode()))
saved = {}
for name, array in dict(scalar=np.float32(1.5), vector=np.arange(3, dtype="<f4"), empty=np.zeros((0, 6), "<f4"), rows=np.ones((1, 300, 6), "<f4")[:, :2]).items():
    file = io.BytesIO()
    np.save(file, array)
    saved[name] = base64.b64encode(file.getvalue()).decode()
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(dict(numpy=np.__version__, cases=cases, saved=saved), indent=1) + "\n")
