"""The one place that imports OpenVINO: a known model on this machine's processor.

OpenVINO's Python package reports every import to its makers' statistics service unless it is kept
from it. Farola reports nothing to anybody, so the reporting library and the conversion tools that
call it are made impossible to import before OpenVINO itself is.
"""

import sys
import tempfile
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import numpy as np

from farola.base import Error, Kind
from farola.model import Detection
from farola.vision.detector import Adapter, Floats, Pictures
from farola.vision.frames import InputSpec
from farola.vision.registry import Family, Model
from farola.vision.ssd import SsdAdapter
from farola.vision.yolox import YoloxAdapter

for _reporter in ("openvino_telemetry", "openvino.tools.ovc"):
    sys.modules[_reporter] = None  # type: ignore[assignment]

import openvino as ov  # type: ignore[import-untyped]  # noqa: E402
from openvino.preprocess import (  # type: ignore[import-untyped]  # noqa: E402
    PrePostProcessor,
)

type _Network = Any


class OpenVinoDetector:
    """A model, loaded and ready. `detect` may be called by `streams` threads at once.

    One core for each stream unless `cores` says otherwise: measured, two pictures at once on a core
    each go through quicker than one on both, and batches gain nothing
    (docs/reference/performance.md).
    """

    def __init__(
        self, content: bytes, model: Model, streams: int, *, cores: int | None = None
    ) -> None:
        """`content` are the bytes of the model's file, already known to be the right ones.

        Raises DETECTOR_FAILED when OpenVINO cannot read or compile them.
        """
        self.input: InputSpec = model.input
        self.streams = streams
        self._adapter = _adapter(model)
        try:
            core = ov.Core()
            network = _prepared(_read(core, content, model.suffix), self._adapter)
            compiled = core.compile_model(
                network,
                "CPU",
                {
                    "NUM_STREAMS": streams,
                    "INFERENCE_NUM_THREADS": cores or streams,
                    # Decoders and encoders share these cores.
                    "ENABLE_CPU_PINNING": False,
                },
            )
            self._free: SimpleQueue[ov.InferRequest] = SimpleQueue()
            for _ in range(streams):
                self._free.put(compiled.create_infer_request())
        except RuntimeError as error:
            raise _failure("cannot load its model", error) from error

    def detect(self, batch: Pictures) -> list[list[Detection]]:
        shape = (self.input.height, self.input.width, 3)
        if batch.shape[1:] != shape or batch.dtype != np.uint8:
            raise Error(Kind.DETECTOR_FAILED, "a picture has not the size of the detector's input")
        rows = np.ascontiguousarray(batch)  # what lies in a ring does already
        return [self._adapter.detections(self.answers(each[None])) for each in rows]

    def warm_up(self, batch: Pictures, times: int) -> None:
        """Looks at pictures on every stream at once, so that nothing is left to be loaded later."""
        threads = [
            threading.Thread(target=lambda: [self.detect(batch) for _ in range(times)])
            for _ in range(self.streams)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def answers(self, picture: Pictures) -> list[Floats]:
        """The network's own outputs for one picture (1, height, width, 3), which is not copied."""
        request = self._free.get()
        try:
            request.infer([ov.Tensor(picture, shared_memory=True)], share_inputs=True)
            return [np.array(output.data) for output in request.output_tensors]
        except RuntimeError as error:
            raise _failure("failed at a picture", error) from error
        finally:
            self._free.put(request)


def _adapter(model: Model) -> Adapter:
    match model.family:
        case Family.SSD_OPEN_IMAGES:
            return SsdAdapter()
        case Family.YOLOX_COCO:
            return YoloxAdapter(model.input)


def _read(core: ov.Core, content: bytes, suffix: str) -> _Network:
    """OpenVINO takes TFLite from a file alone; ours is private to this process and gone at once."""
    with tempfile.TemporaryDirectory() as room:
        file = Path(room) / f"model{suffix}"
        file.write_bytes(content)
        return core.read_model(file, config={"ENABLE_MMAP": False})


def _prepared(network: _Network, adapter: Adapter) -> _Network:
    """The network with 8-bit RGB as its input; what it wants instead is computed in its graph."""
    wanted = adapter.normalisation
    prepare = PrePostProcessor(network)
    prepare.input().tensor().set_element_type(ov.Type.u8).set_layout(ov.Layout("NHWC"))
    prepare.input().model().set_layout(ov.Layout("NCHW" if wanted.planar else "NHWC"))
    steps = prepare.input().preprocess()
    if wanted.bgr:
        steps = steps.reverse_channels()
    steps = steps.convert_element_type(ov.Type.f32)
    if wanted.mean:
        steps = steps.mean(wanted.mean)
    if wanted.scale != 1.0:
        steps.scale(wanted.scale)
    return prepare.build()


def _failure(what: str, error: RuntimeError) -> Error:
    reason = str(error).strip().splitlines()[-1][:300] if str(error).strip() else "no reason given"
    return Error(Kind.DETECTOR_FAILED, f"the detector {what}: {reason}")
