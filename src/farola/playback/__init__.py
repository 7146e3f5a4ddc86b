"""Recorded film by span: HLS playlists and parts, one MP4, one key frame. Behind the gate."""

from farola.playback.playback import Playback

__all__ = ["Playback"]
