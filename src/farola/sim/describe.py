"""The session description of a camera (RFC 8866, RFC 6184 §8.2, RFC 7798 §7.2)."""

from base64 import b64encode

from farola.sim.packets import PAYLOAD_TYPE, nal_type
from farola.sim.reel import CLOCK_RATE, Reel

VIDEO_TRACK = 0
AUDIO_TRACK = 1


def session_description(reel: Reel, audio: bool) -> bytes:
    """The SDP of a reel; `audio` offers a G.711 track beside it that never carries a sound."""
    name = {"h264": "H264", "h265": "H265"}[reel.codec]
    lines = [
        "v=0",
        f"o=- {reel.ssrc} 1 IN IP4 127.0.0.1",
        "s=Farola simulated camera",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} {name}/{CLOCK_RATE}",
        f"a=fmtp:{PAYLOAD_TYPE} {_format(reel)}",
        f"a=control:trackID={VIDEO_TRACK}",
    ]
    if audio:
        lines += [
            "m=audio 0 RTP/AVP 0",
            "a=rtpmap:0 PCMU/8000",
            f"a=control:trackID={AUDIO_TRACK}",
        ]
    return ("\r\n".join(lines) + "\r\n").encode()


def _format(reel: Reel) -> str:
    sets = reel.parameter_sets
    if reel.codec == "h264":
        sps = next(nal for nal in sets if nal_type(nal, "h264") == 7)
        level = sps[1:4].hex().upper()
        sprop = ",".join(b64encode(nal).decode() for nal in sets)
        return f"packetization-mode=1;profile-level-id={level};sprop-parameter-sets={sprop}"
    kinds = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}
    by_kind: dict[str, list[str]] = {name: [] for name in kinds.values()}
    for nal in sets:
        by_kind[kinds[nal_type(nal, "h265")]].append(b64encode(nal).decode())
    return ";".join(f"{name}={','.join(values)}" for name, values in by_kind.items() if values)
