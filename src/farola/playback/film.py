"""Covered pictures as fragments of an MP4, written while they come.

Decoding and presentation are in one order, so decode time is presentation time, and both are the
recorded pictures' own, to the tick.
"""

from collections.abc import Iterator

from farola.gate import KeyFrame
from farola.media import Codec, CodecConfig, Sample, init_segment, length_prefixed, movie_fragment
from farola.model import CoveredUnit
from farola.playback.footage import config_of
from farola.playback.group import Group

# Few enough that a player can show them while the next are covered, many enough that their heads
# weigh nothing.
_FIRST, _TOGETHER = 2, 4


def config_of_unit(unit: CoveredUnit) -> CodecConfig:
    return config_of((Codec.H264, unit.parameter_sets))


class Film:
    """The fragments of one file or one part, numbered on from `sequence`.

    `told` is the configuration in the init segment that a player has, None to take the first
    picture's. Where pictures change to another one, its parameter sets stand in front of the first.
    """

    def __init__(self, told: CodecConfig | None, sequence: int = 0) -> None:
        self.told = told
        self._now = told
        self._sequence = sequence

    def fragments(
        self, group: Group, pictures: Iterator[CoveredUnit], shift: int = 0
    ) -> Iterator[bytes]:
        """moof and mdat of a few pictures each; `shift` ticks are added to the recorded times."""
        waiting: list[CoveredUnit] = []
        most = _FIRST
        for unit in pictures:
            if len(waiting) > most:
                yield self._fragment(group, waiting[:-1], waiting[-1].media, shift)
                waiting = waiting[-1:]
                most = _TOGETHER
            waiting.append(unit)
        if waiting:
            yield self._fragment(group, waiting, None, shift)

    def _fragment(
        self, group: Group, units: list[CoveredUnit], following: int | None, shift: int
    ) -> bytes:
        """`following` is the time of the picture after them, None after the group's last."""
        samples: list[Sample] = []
        payloads: list[bytes] = []
        self.told = self.told or config_of_unit(units[0])
        now = self._now or self.told
        after = [unit.media for unit in units[1:]] + [following]
        for unit, next_media in zip(units, after, strict=True):
            payload = unit.payload
            if config_of_unit(unit) != now:
                payload = length_prefixed(unit.parameter_sets) + payload
                now = config_of_unit(unit)
            lasting = group.lasting(
                unit.media if group.frozen is None else group.frozen, next_media
            )
            samples.append(Sample(lasting, len(payload), 0, unit.key))
            payloads.append(payload)
        self._sequence += 1
        self._now = now
        start = units[0].media if group.frozen is None else group.frozen
        head = movie_fragment(self._sequence, start + shift, samples)
        return b"".join((head, *payloads))


def key_frame_file(group: Group, camera_id: str, wall_us: int, unit: CoveredUnit) -> KeyFrame:
    """One covered picture as an MP4 of one sample."""
    sample = Sample(group.lasting(unit.media, None), len(unit.payload), 0, True)
    head = init_segment(config_of_unit(unit)) + movie_fragment(1, 0, [sample])
    return KeyFrame(camera_id, wall_us, head + unit.payload)
