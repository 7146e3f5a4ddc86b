"""GStreamer's RTSP server plays a file as a camera; run it with the system's Python.

usage: gst_file_server.py h264|h265 FILE. Prints the port and serves until killed; each session
begins with the file's first picture and ends after its last.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def main() -> None:
    Gst.init(None)
    codec, path = sys.argv[1:]
    server = GstRtspServer.RTSPServer.new()
    server.set_service("0")
    server.set_address("127.0.0.1")
    factory = GstRtspServer.RTSPMediaFactory.new()
    factory.set_launch(
        f'( filesrc location="{path}" ! qtdemux ! {codec}parse '
        f"! rtp{codec}pay name=pay0 pt=96 config-interval=-1 )"
    )
    factory.set_shared(False)
    server.get_mount_points().add_factory("/street", factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


main()
