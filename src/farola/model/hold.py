"""Holds: what keeps a span from being destroyed, why, and until when."""

from dataclasses import dataclass

from farola.model.recording import Span


@dataclass(frozen=True, slots=True)
class Hold:
    """`ended_us` is None while it lasts. `reference` names the case or the order behind it."""

    id: str
    camera_ids: tuple[str, ...]
    span: Span
    reason: str
    reference: str
    placed_us: int
    expires_us: int
    ended_us: int | None = None

    def keeps(self, camera_id: str, start_us: int, end_us: int) -> bool:
        """Whether a recording of that camera lies in it, wholly or in part."""
        within = start_us < self.span.end_us and self.span.start_us < end_us
        return self.ended_us is None and camera_id in self.camera_ids and within
