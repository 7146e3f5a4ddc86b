"""Reading cameras over RTSP, in Python all the way: the memory-safe edge to the network."""

from farola.rtsp.connect import Probe, connect, probe
from farola.rtsp.reader import Reader
from farola.rtsp.rtcp import SenderReport
from farola.rtsp.sdp import Track
from farola.rtsp.stream import Stream
from farola.rtsp.target import Limits, Target
from farola.rtsp.unit import AccessUnit, Counters

__all__ = [
    "AccessUnit",
    "Counters",
    "Limits",
    "Probe",
    "Reader",
    "SenderReport",
    "Stream",
    "Target",
    "Track",
    "connect",
    "probe",
]
