"""Following what is detected in one lane, in proportion to its pictures."""

from collections.abc import Sequence

from farola.model import Detection, Sighting
from farola.vision.frames import Picture
from farola.vision.tracks import Tracker


class Follower:
    """A tracker for one lane, made for the shape of its pictures when the first of them comes."""

    def __init__(self) -> None:
        self._tracker: Tracker | None = None

    def see(self, picture: Picture, found: Sequence[Detection]) -> list[Sighting]:
        """What was detected, followed; pictures come in order."""
        if self._tracker is None:
            self._tracker = Tracker(picture.width / picture.height)
        return self._tracker.update(picture.at_us, found)
