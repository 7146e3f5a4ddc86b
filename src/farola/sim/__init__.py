"""An RTSP camera simulator: files in, any number of cameras out, faults on request."""

from farola.sim.faults import Fault, FaultKind, Faults
from farola.sim.footage import Footage, default_cache, find_footage
from farola.sim.login import Login, Scheme
from farola.sim.packets import Codec
from farola.sim.reel import Reel, load_reel
from farola.sim.renditions import Progress, bench_clip, playable
from farola.sim.server import Server, SimCamera, serve, start
from farola.sim.stamp import STAMP_UUID, read_stamp
from farola.sim.town import town

__all__ = [
    "STAMP_UUID",
    "Codec",
    "Fault",
    "FaultKind",
    "Faults",
    "Footage",
    "Login",
    "Progress",
    "Reel",
    "Scheme",
    "Server",
    "SimCamera",
    "bench_clip",
    "default_cache",
    "find_footage",
    "load_reel",
    "playable",
    "read_stamp",
    "serve",
    "start",
    "town",
]
