"""Records streams: fragments cut, placed in time, encrypted, appended; gaps told with reasons."""

from farola.recorder import wire
from farola.recorder.plan import StreamPlan
from farola.recorder.pool import Audience, Pool, cores, processes_for
from farola.recorder.recorder import Recorder, RecorderSettings
from farola.recorder.recovery import recover_streams, segment_row
from farola.recorder.stream_recorder import Patience
from farola.recorder.take import WatchedUnit
from farola.recorder.worker import serve
from farola.recorder.writer import StreamKey

__all__ = [
    "Audience",
    "Patience",
    "Pool",
    "Recorder",
    "RecorderSettings",
    "StreamKey",
    "StreamPlan",
    "WatchedUnit",
    "cores",
    "processes_for",
    "recover_streams",
    "segment_row",
    "serve",
    "wire",
]
