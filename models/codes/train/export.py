"""Writes a checkpoint as a dynamic-batch ONNX file with float16 weights.

    python3 export.py --run DIR --out yolov10n-codes.onnx [--size 576]

`images` float32 [batch, 3, S, S] → `output0` float32 [batch, 300, 6]. Batch norm is folded; every Reshape has constant
dimensions and copies the batch, so that ONNX shape inference finds [batch, …] everywhere.
"""
import inspect
import json
import warnings
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper, shape_inference
from torch import nn

from blocks import Conv, RepVGGDW
from head import BINS, STRIDES, Detect, anchors
from network import YOLOv10n
from options import of_checkpoint

NAMES = ("linear", "qr", "datamatrix", "aztec", "pdf417", "maxicode")
MOST = 300


def fold(module):
    """Folds batch norm into the convolutions before it, and RepVGGDW's small kernel into its large one."""
    for child in module.children():
        fold(child)
    if isinstance(module, Conv):
        scale = module.bn.weight / (module.bn.running_var + module.bn.eps).sqrt()
        old = module.conv
        new = nn.Conv2d(old.in_channels, old.out_channels, old.kernel_size, old.stride, old.padding, groups=old.groups)
        new.weight.data = old.weight.data * scale[:, None, None, None]
        new.bias.data = module.bn.bias - module.bn.running_mean * scale
        module.conv, module.bn = new, nn.Identity()
        module.act = nn.SiLU() if isinstance(module.act, nn.SiLU) else module.act
    if isinstance(module, RepVGGDW):
        large, small = module.conv.conv, module.conv1.conv
        large.weight.data += nn.functional.pad(small.weight.data, [2, 2, 2, 2])
        large.bias.data += small.bias.data
        # One convolution, named as the reference's folded block names it; the activation stays the block's own.
        module.conv, module.conv1 = large, None
        module.forward = lambda x: module.act(large(x))


class Expectation(nn.Module):
    """Mean of the 16 bins of each side as a fixed 1×1 convolution, the way exports write it."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(BINS, 1, 1, bias=False)
        self.conv.weight.data[:] = torch.arange(BINS, dtype=torch.float32).view(1, BINS, 1, 1)

    def forward(self, x):
        cells = int(x.shape[-1])
        return self.conv(x.reshape(-1, 4, BINS, cells).transpose(1, 2).softmax(1)).reshape(-1, 4, cells)


class ExportedHead(nn.Module):
    """The one-to-one head, decoded: rows of x1, y1, x2, y2, score, class, best first."""

    def __init__(self, head, size):
        super().__init__()
        self.classes = head.classes
        self.one2one_cv2, self.one2one_cv3, self.dfl = head.one2one_cv2, head.one2one_cv3, Expectation()
        points, strides = anchors([torch.empty(1, 1, size // s, size // s) for s in STRIDES])
        self.points, self.strides = (points / strides).T[None].contiguous(), strides.T[None].contiguous()

    def forward(self, maps):
        width = 4 * BINS + self.classes
        levels = [torch.cat((box(x), score(x)), 1) for x, box, score in zip(maps, self.one2one_cv2, self.one2one_cv3)]
        flat = torch.cat([x.reshape(-1, width, int(x.shape[2]) * int(x.shape[3])) for x in levels], 2)
        sides, logits = flat.split((4 * BINS, self.classes), 1)
        near, far = self.dfl(sides).split(2, 1)
        boxes = (torch.cat((self.points - near, self.points + far), 1) * self.strides).transpose(1, 2)
        return select(boxes, logits.sigmoid().transpose(1, 2), self.classes)


def select(boxes, scores, classes):
    """The 300 best cells, then the 300 best of their scores: no suppression is needed."""
    most = min(MOST, int(boxes.shape[1]))
    cells = scores.amax(-1).topk(most, 1).indices.unsqueeze(-1)
    boxes, scores = boxes.gather(1, repeat(cells, 4)), scores.gather(1, repeat(cells, classes))
    best, index = scores.reshape(-1, most * classes).topk(most, 1)
    rows = torch.div(index, classes, rounding_mode="trunc").unsqueeze(-1)
    label = (index - rows.squeeze(-1) * classes).unsqueeze(-1)
    return torch.cat((boxes.gather(1, repeat(rows, 4)), best.unsqueeze(-1), label.float()), -1)


def repeat(column, times):
    """[B, K, 1] → [B, K, times] by concatenation: expand and repeat would compute shapes in the exported graph."""
    return torch.cat([column] * times, -1)


def load(run, size, calibrated=True):
    """The averaged network of a checkpoint, folded, calibrated if calibrate.py has run, and with its decoding head."""
    network = YOLOv10n(len(NAMES))
    state = torch.load(Path(run) / "last.pt", map_location="cpu")
    if not state["paired"]:
        raise SystemExit(f"expected a one-to-one head that has learned, found one that has not begun to in {run}. Train on to the final stage.")
    network.load_state_dict(state["mean"])
    network.eval()
    with torch.no_grad():
        fold(network)
    assert isinstance(network.model[-1], Detect)
    calibration = Path(run) / "calibration.json"
    if calibrated and calibration.exists():
        found = json.loads(calibration.read_text())
        step = found["step"] if isinstance(found, dict) else "unknown"
        if step != state["step"]:
            raise SystemExit(f"expected a calibration of step {state['step']}, found one of step {step} in {run}. Run calibrate.py again.")
        for branch in network.model[-1].one2one_cv3:
            branch[-1].bias.data += torch.tensor(found["shifts"])
    network.model[-1] = ExportedHead(network.model[-1], size)
    return network.eval(), state


def copy_batch(model):
    """Writes 0 (copy) for the -1 that stands for the batch in constant Reshape shapes."""
    shapes = {x.name: x for x in model.graph.initializer}
    constants = {node.output[0]: node.attribute[0].t for node in model.graph.node if node.op_type == "Constant"}
    for node in model.graph.node:
        if node.op_type != "Reshape":
            continue
        tensor = shapes.get(node.input[1]) or constants.get(node.input[1])
        if tensor is None:
            raise ValueError(f"Reshape {node.name} computes its shape: write its dimensions as numbers in the module.")
        shape = numpy_helper.to_array(tensor).copy()
        shape[0] = 0
        tensor.CopyFrom(numpy_helper.from_array(shape, tensor.name))


def halve(model):
    """Stores weights as float16, each behind a Cast to float32, so that every runtime computes in float32."""
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or not tensor.name.startswith("model."):
            continue
        name = tensor.name
        values = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(values, name))
        casts.append(helper.make_node("Cast", [name], [f"{name}.float32"], name=f"/{name}/Cast", to=TensorProto.FLOAT))
        for node in model.graph.node:
            for i, used in enumerate(node.input):
                if used == name:
                    node.input[i] = f"{name}.float32"
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def describe(model, size, note):
    """Metadata as reference exporters write it, and sound shapes on the output."""
    entries = {
        "description": note, "license": "MIT", "task": "detect", "stride": "32", "batch": "1", "imgsz": str([size, size]),
        "names": str(dict(enumerate(NAMES))),
    }
    del model.metadata_props[:]
    helper.set_model_props(model, entries)
    del model.graph.value_info[:]
    dims = model.graph.output[0].type.tensor_type.shape.dim
    for dim, value in zip(dims[1:], (MOST, 6)):
        dim.Clear()
        dim.dim_value = value


def unsound(model):
    """Names of the values whose shape is not [batch, known, …] after shape inference."""
    inferred = shape_inference.infer_shapes(model, strict_mode=True)
    bad = []
    for value in [*inferred.graph.value_info, *inferred.graph.output]:
        dims = value.type.tensor_type.shape.dim
        if not value.type.tensor_type.HasField("shape") or any(not d.dim_value for d in dims[1:]):
            bad.append(value.name)
    return bad


def main():
    args = of_checkpoint(__doc__, "out").parse_args()
    network, state = load(args.run, args.size)
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        # Newer versions of PyTorch have a second exporter, which needs another package and writes other graphs.
        tracing = {"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}
        torch.onnx.export(
            network, torch.zeros(2, 3, args.size, args.size), args.out, opset_version=13, input_names=["images"],
            output_names=["output0"], dynamic_axes={"images": {0: "batch"}, "output0": {0: "batch"}}, **tracing,
        )
    model = onnx.load(args.out)
    copy_batch(model)
    halve(model)
    describe(model, args.size, f"YOLOv10n for machine-readable codes, trained from scratch, step {state['step']}")
    onnx.checker.check_model(model)
    bad = unsound(model)
    onnx.save(model, args.out)
    print(f"{args.out}: {Path(args.out).stat().st_size / 1e6:.2f} MB, step {state['step']}, values without a sound shape: {bad}")


if __name__ == "__main__":
    main()
