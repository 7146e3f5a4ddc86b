"""Recorded film by span: HLS playlists and parts, one MP4, key frames, stills. Behind the gate."""

from farola.playback.coverer import Coverer
from farola.playback.playback import Playback
from farola.playback.redacted import RedactedPlayback

__all__ = ["Coverer", "Playback", "RedactedPlayback"]
