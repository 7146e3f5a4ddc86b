"""Clips that ffmpeg encodes, split into access units here, and the programs that judge ours."""

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

from farola.media import Codec, CodecConfig, Sample, decode_times, unit_type, units
from farola.media.nal import is_parameter_set, is_random_access, length_prefixed

_H264 = ("-c:v", "libx264", "-preset", "veryfast", "-x264-params", "open-gop=0", "-bf")
_H265 = ("-c:v", "libx265", "-preset", "ultrafast", "-tag:v", "hvc1", "-x265-params")
_H265_PARAMS = "log-level=none:repeat-headers=1:open-gop=0:bframes="
ENCODERS = {
    "h264": [*_H264, "0"],
    "h264-b": [*_H264, "3"],
    "h265": [*_H265, f"{_H265_PARAMS}0"],
    "h265-b": [*_H265, f"{_H265_PARAMS}3"],
}
FRAMES = 75
GROUP = 25
FRAME_TICKS = 3600


@dataclass(frozen=True, slots=True)
class Footage:
    """`units` are access units in decode order, length-prefixed; `samples` describe them."""

    path: Path
    codec: Codec
    config: CodecConfig
    units: list[bytes]
    pts: list[int]
    samples: list[Sample]
    dts: list[int]
    frames: list[str]  # MD5 of each decoded picture, in the order shown

    def groups(self) -> list[range]:
        """Indexes of each closed group of pictures."""
        keys = [number for number, sample in enumerate(self.samples) if sample.key]
        return [range(a, b) for a, b in zip(keys, [*keys[1:], len(self.units)], strict=True)]


def run(*argv: str | Path, stdin: bytes | None = None) -> bytes:
    done = subprocess.run(
        [str(part) for part in argv], input=stdin, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    return done.stdout


def make(kind: str, folder: Path, *, size: str = "320x180", source: str = "testsrc2") -> Footage:
    """Encode three seconds of a moving test picture and take it apart."""
    codec = Codec.H265 if kind.startswith("h265") else Codec.H264
    path = folder / f"{kind}-{size}-{source}.mp4"
    run(
        *("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"{source}=s={size}:r=25"),
        *("-frames:v", str(FRAMES), "-pix_fmt", "yuv420p", *ENCODERS[kind]),
        *("-g", str(GROUP), "-keyint_min", str(GROUP), "-sc_threshold", "0"),
        *("-video_track_timescale", "90000", path),
    )
    name = "h264" if codec is Codec.H264 else "hevc"
    stream = run(
        *("ffmpeg", "-v", "error", "-i", path, "-c", "copy"),
        *("-bsf:v", f"{name}_mp4toannexb", "-f", name, "-"),
    )
    nals = split_nals(stream)
    pieces = [length_prefixed(tuple(unit)) for unit in access_units(codec, nals)]
    sets = [nal for nal in nals if is_parameter_set(codec, unit_type(codec, nal[0]))]
    shown = json.loads(
        run("ffprobe", "-v", "error", "-show_entries", "packet=pts", "-of", "json", path)
    )
    pts = [packet["pts"] for packet in shown["packets"]]
    assert len(pts) == len(pieces) == FRAMES
    times = decode_times(pts)
    keys = [
        any(is_random_access(codec, unit_type(codec, nal[0])) for nal in unit)
        for unit in access_units(codec, nals)
    ]
    samples = [
        Sample(FRAME_TICKS, len(unit), cts, key)
        for unit, (_, cts), key in zip(pieces, times, keys, strict=True)
    ]
    config = CodecConfig.from_parameter_sets(codec, sets)
    dts = [time for time, _ in times]
    return Footage(path, codec, config, pieces, pts, samples, dts, frame_hashes(path))


def split_nals(stream: bytes) -> list[bytes]:
    """Annex B: units between start codes, trailing zeros belong to the next start code."""
    return [part.rstrip(b"\x00") for part in stream.split(b"\x00\x00\x01")[1:]]


def access_units(codec: Codec, nals: list[bytes]) -> list[list[bytes]]:
    """A unit ends before the next slice that begins a picture, or a non-slice after a slice."""
    found: list[list[bytes]] = []
    sliced = True
    for nal in nals:
        kind = unit_type(codec, nal[0])
        slice_here = kind < 32 if codec is Codec.H265 else 1 <= kind <= 5
        first = slice_here and bool(nal[2 if codec is Codec.H265 else 1] & 0x80)
        if not found or (sliced and (first or not slice_here)):
            found.append([])
            sliced = False
        found[-1].append(nal)
        sliced = sliced or slice_here
    return found


def frame_hashes(path: Path) -> list[str]:
    """MD5 of every picture as shown, by ffmpeg's decoder."""
    text = run(
        "ffmpeg", "-v", "error", "-i", path, "-fps_mode", "passthrough", "-f", "framemd5", "-"
    )
    return [
        line.rsplit(b",", 1)[1].strip().decode() for line in text.splitlines() if line[:1] != b"#"
    ]


def ffprobe_complaints(path: Path) -> str:
    """What ffprobe has to say at level `warning` while it reads every packet and frame."""
    done = subprocess.run(
        ["ffprobe", "-v", "warning", "-show_packets", "-show_frames", str(path)],
        capture_output=True,
        check=False,
    )
    return done.stderr.decode() + ("" if done.returncode == 0 else "failed")


def gstreamer_complaints(path: Path) -> set[str]:
    """What GStreamer's MP4 demuxer, parsers and decoders say at WARNING or above, without times.

    GStreamer grumbles about every file (`pad not activated yet`); compare with what it says about
    ffmpeg's own MP4 of the same pictures.
    """
    done = subprocess.run(
        [
            *("gst-launch-1.0", "-q", "--gst-debug-no-color", "--gst-debug=2"),
            *("filesrc", f"location={path}", "!", "qtdemux", "!", "decodebin", "!", "fakesink"),
        ],
        capture_output=True,
        check=False,
    )
    lines = done.stderr.decode().splitlines()
    # Time, process, thread and the rest, in columns whose width follows the process's number.
    said = {line.split(None, 3)[-1] for line in lines if " WARN" in line or "ERR" in line}
    return said if done.returncode == 0 else {*said, "failed"}


def without_sets(clip: Footage) -> Footage:
    """The same pictures from a camera that tells its parameter sets in SDP alone."""
    bare = []
    for unit in clip.units:
        nals = [unit[begin:end] for begin, end in units(unit)]
        kept = [
            nal for nal in nals if not is_parameter_set(clip.codec, unit_type(clip.codec, nal[0]))
        ]
        bare.append(length_prefixed(tuple(kept)))
    samples = [
        sample._replace(size=len(unit)) for sample, unit in zip(clip.samples, bare, strict=True)
    ]
    return replace(clip, units=bare, samples=samples)
