"""An RTSP camera simulator: files in, any number of cameras out, faults on request."""

from farola.sim.faults import Fault, FaultKind, Faults
from farola.sim.login import Login, Scheme
from farola.sim.reel import Reel, load_reel
from farola.sim.server import Server, SimCamera, serve, start
from farola.sim.stamp import STAMP_UUID, read_stamp

__all__ = [
    "STAMP_UUID",
    "Fault",
    "FaultKind",
    "Faults",
    "Login",
    "Reel",
    "Scheme",
    "Server",
    "SimCamera",
    "load_reel",
    "read_stamp",
    "serve",
    "start",
]
