"""Prints what a network gets of one red, green, blue pixel for each family's normalisation."""

import json

import numpy as np

from farola.vision import openvino_detector as module
from farola.vision.registry import MODELS

ov = module.ov


def got(model_name: str) -> list[float]:
    model = next(each for each in MODELS if each.name == model_name)
    adapter = module._adapter(model)
    height, width = model.input.height, model.input.width
    shape = [1, 3, height, width] if adapter.normalisation.planar else [1, height, width, 3]
    parameter = ov.opset13.parameter(shape, ov.Type.f32)
    network = ov.Model([ov.opset13.relu(parameter)], [parameter])
    compiled = ov.Core().compile_model(module._prepared(network, adapter), "CPU")
    picture = np.empty((1, height, width, 3), np.uint8)
    picture[:] = (200, 150, 130)
    out = next(iter(compiled([picture]).values()))
    assert out.shape == tuple(shape)
    pixel = out[0, :, 5, 7] if adapter.normalisation.planar else out[0, 5, 7]
    return [round(float(value), 3) for value in pixel]


print(json.dumps({name: got(name) for name in ("ssd-mobilenet-v2-oid", "yolox-nano")}))
