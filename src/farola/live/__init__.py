"""Live fan-out: one stream's units become chunks once and go to any number of bounded places."""

from farola.live.hub import Hub, LiveUnit

__all__ = ["Hub", "LiveUnit"]
