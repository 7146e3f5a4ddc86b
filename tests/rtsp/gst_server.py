"""GStreamer's RTSP server as an independent camera; run it with the system's Python.

usage: gst_server.py h264|h265 [USER PASSWORD]. Prints the port and serves until killed.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402

_LAUNCH = {
    "h264": "x264enc tune=zerolatency key-int-max=25 bitrate=2000 bframes=0 "
    "! rtph264pay name=pay0 pt=96 config-interval=-1",
    "h265": "x265enc tune=zerolatency key-int-max=25 bitrate=2000 speed-preset=ultrafast "
    "! rtph265pay name=pay0 pt=96 config-interval=-1",
}


def main() -> None:
    Gst.init(None)
    codec = sys.argv[1]
    server = GstRtspServer.RTSPServer.new()
    server.set_service("0")
    server.set_address("127.0.0.1")
    factory = GstRtspServer.RTSPMediaFactory.new()
    factory.set_launch(
        "( videotestsrc is-live=true pattern=ball "
        f"! video/x-raw,width=320,height=240,framerate=25/1 ! {_LAUNCH[codec]} "
        "audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay1 pt=8 )"
    )
    factory.set_shared(False)
    if len(sys.argv) > 3:
        _protect(server, factory, sys.argv[2], sys.argv[3])
    server.get_mount_points().add_factory("/street", factory)
    server.attach(None)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


def _protect(server, factory, user: str, password: str) -> None:
    auth = GstRtspServer.RTSPAuth.new()
    auth.set_supported_methods(
        GstRtspServer.RTSPAuthMethod.DIGEST if hasattr(GstRtspServer, "RTSPAuthMethod") else 2
    )
    token = GstRtspServer.RTSPToken.new()
    token.set_string("media.factory.role", "operator")
    auth.add_digest(user, password, token)
    server.set_auth(auth)
    permissions = GstRtspServer.RTSPPermissions.new()
    permissions.add_role("operator")
    permissions.add_permission_for_role("operator", "media.factory.access", True)
    permissions.add_permission_for_role("operator", "media.factory.construct", True)
    factory.set_permissions(permissions)


main()
