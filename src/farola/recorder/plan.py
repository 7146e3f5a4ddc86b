"""What a recorder process is told to record, and how it travels there."""

from dataclasses import asdict, dataclass, field
from typing import Any

from farola.base import Kind
from farola.model import STANDARD, Address, Gap, StreamKind


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """One stream to record, with all that is needed to reach it and to go on where it stopped.

    `covered_until_us` is the end of its newest recording, None before the first; `open_gap` the gap
    that the catalogue holds open. `retention_class` is that of what it records from now on.
    """

    camera_id: str
    stream: StreamKind
    address: Address
    username: str | None
    password: str | None = field(repr=False)
    covered_until_us: int | None = None
    open_gap: Gap | None = None
    retention_class: str = STANDARD

    @property
    def key(self) -> tuple[str, StreamKind]:
        return (self.camera_id, self.stream)

    def reached_like(self, other: "StreamPlan") -> bool:
        """The camera would be reached in the same way: a running stream need not restart."""
        return (self.address, self.username, self.password) == (
            other.address,
            other.username,
            other.password,
        )

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "StreamPlan":
        gap = value["open_gap"]
        return cls(
            camera_id=value["camera_id"],
            stream=StreamKind(value["stream"]),
            address=Address(**value["address"]),
            username=value["username"],
            password=value["password"],
            covered_until_us=value["covered_until_us"],
            open_gap=None
            if gap is None
            else Gap(
                camera_id=gap["camera_id"],
                stream=StreamKind(gap["stream"]),
                start_us=gap["start_us"],
                end_us=gap["end_us"],
                reason=Kind(gap["reason"]),
                detail=gap["detail"],
            ),
        )
