"""Whose picture is looked at next: fair to every lane, and never a queue of stale pictures.

A lane that cannot wait keeps its newest picture alone; the older one is shed. Lanes that wait (a
file, a recording somebody asked for) keep theirs in order. Lanes take turns, one picture a turn, so
none gets more by asking for more.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """What became of a lane's pictures; `asked` is the sum of the others and of those waiting.

    `late` are answers that took longer than was configured, and are counted in `done` as well.
    """

    asked: int = 0
    done: int = 0
    shed: int = 0
    failed: int = 0
    late: int = 0


class Turns[T]:
    """Pictures of all lanes that wait for the detector."""

    def __init__(self) -> None:
        self._lanes: OrderedDict[str, deque[T]] = OrderedDict()

    def __len__(self) -> int:
        return sum(len(queue) for queue in self._lanes.values())

    def ask(self, lane: str, picture: T, *, wait: bool) -> T | None:
        """Lines a picture up; returns the one that is shed for it."""
        queue = self._lanes.get(lane)
        if queue is None:  # its first turn comes after everybody's who is here already
            self._lanes[lane] = deque((picture,))
            return None
        shed = None if wait or not queue else queue.popleft()
        queue.append(picture)
        return shed

    def next(self) -> T | None:
        """The next picture; its lane goes to the end of the line."""
        if not self._lanes:
            return None
        lane, queue = self._lanes.popitem(last=False)
        picture = queue.popleft()
        if queue:
            self._lanes[lane] = queue
        return picture

    def remove(self, lane: str, picture: T) -> bool:
        """Takes a picture out that nobody waits for any longer; False when it was not here."""
        queue = self._lanes.get(lane)
        if queue is None or picture not in queue:
            return False
        queue.remove(picture)
        if not queue:
            del self._lanes[lane]
        return True

    def clear(self) -> list[T]:
        """Empties every lane and returns what was in them."""
        left = [picture for queue in self._lanes.values() for picture in queue]
        self._lanes.clear()
        return left
