"""Which streams are looked at, how closely and whereto: a pure plan from who watches and what runs.

A camera is *shown* while somebody watches it, *ruled* while an enabled rule needs it, else *idle*.
Rules take what is seen on one stream of the camera: on its sub-stream if it has one, because that
costs least to decode, unless another of its streams is decoded for a viewer anyway.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from farola.model import Attention, Camera, StreamKind
from farola.recorder import StreamKey


@dataclass(frozen=True, slots=True)
class Look:
    """How one stream is looked at.

    `show`: covered pictures are wanted. `notice`: what is seen feeds the camera's rules and counts.
    `alone`: it is worth a darkroom of its own.
    """

    attention: Attention
    show: bool
    notice: bool
    alone: bool


def plan(
    cameras: Iterable[Camera],
    shown: Collection[StreamKey],
    ruled: Collection[str],
    *,
    idle: bool,
) -> dict[StreamKey, Look]:
    """A look for every stream that needs one; `idle` looks at the key frames of all others."""
    looks: dict[StreamKey, Look] = {}
    for camera in cameras:
        if not camera.enabled:
            continue
        watched = [stream for stream in StreamKind if (camera.id, stream) in shown]
        least = StreamKind.MAIN if camera.sub is None else StreamKind.SUB
        noticing = least if not watched or least in watched else watched[0]
        for stream in watched:
            looks[camera.id, stream] = Look(Attention.ALL, True, stream is noticing, True)
        if watched:
            continue
        if camera.id in ruled:
            looks[camera.id, least] = Look(Attention.ALL, False, True, True)
        elif idle:
            looks[camera.id, least] = Look(Attention.KEYS, False, True, False)
    return looks
