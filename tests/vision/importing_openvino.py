"""Imports OpenVINO and looks at a picture while nothing may connect; prints what tried to.

`python importing_openvino.py ours|plain`: through Farola, or as anybody would.
"""

import json
import sys
from contextlib import suppress

TRIED: list[str] = []
NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.sendto", "os.fork", "subprocess.Popen")


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in NETWORK:
        TRIED.append(event)
        raise PermissionError("not from here")


def ours() -> None:
    from farola.vision.model_store import PACKED, ModelFile
    from farola.vision.openvino_detector import OpenVinoDetector
    from farola.vision.probe import is_seen, probe
    from farola.vision.registry import model_named

    model = model_named("ssd-mobilenet-v2-oid")
    detector = OpenVinoDetector(ModelFile(model, PACKED).read(), model, 1)
    assert is_seen(detector.detect(probe(model.input)[None])[0])


def plain() -> None:
    with suppress(PermissionError):
        import openvino  # noqa: F401


sys.addaudithook(refuse)
{"ours": ours, "plain": plain}[sys.argv[1]]()
reporters = [name for name, module in sys.modules.items() if "telemetry" in name and module]
print(json.dumps({"tried": TRIED, "reporters": reporters}))
