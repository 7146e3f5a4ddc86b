"""Errors, clock, ids, backoff, logs and the way out: what every other package may use."""

from farola.base.backoff import Backoff
from farola.base.clock import Clock, ManualClock, SystemClock
from farola.base.disk import disk_kind
from farola.base.errors import Error, Kind
from farola.base.ids import new_id
from farola.base.logs import configure_logs, get_logger
from farola.base.outside import ask_outside

__all__ = [
    "Backoff",
    "Clock",
    "Error",
    "Kind",
    "ManualClock",
    "SystemClock",
    "ask_outside",
    "configure_logs",
    "disk_kind",
    "get_logger",
    "new_id",
]
