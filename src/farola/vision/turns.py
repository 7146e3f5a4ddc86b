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
        self._aside: OrderedDict[str, deque[T]] = OrderedDict()

    def __len__(self) -> int:
        return sum(len(queue) for lanes in self._both for queue in lanes.values())

    @property
    def _both(self) -> tuple[OrderedDict[str, deque[T]], OrderedDict[str, deque[T]]]:
        return self._lanes, self._aside

    def ask(self, lane: str, picture: T, *, wait: bool, aside: bool = False) -> T | None:
        """Lines a picture up; returns the one that is shed for it.

        Lanes that stand `aside` have their turns when no other lane waits.
        """
        lanes = self._aside if aside else self._lanes
        queue = lanes.get(lane)
        if queue is None:  # its first turn comes after everybody's who is here already
            lanes[lane] = deque((picture,))
            return None
        shed = None if wait or not queue else queue.popleft()
        queue.append(picture)
        return shed

    def next(self) -> T | None:
        """The next picture; its lane goes to the end of the line."""
        lanes = self._lanes or self._aside
        if not lanes:
            return None
        lane, queue = lanes.popitem(last=False)
        picture = queue.popleft()
        if queue:
            lanes[lane] = queue
        return picture

    def remove(self, lane: str, picture: T) -> bool:
        """Takes a picture out that nobody waits for any longer; False when it was not here."""
        for lanes in self._both:
            queue = lanes.get(lane)
            if queue is not None and picture in queue:
                queue.remove(picture)
                if not queue:
                    del lanes[lane]
                return True
        return False

    def clear(self) -> list[T]:
        """Empties every lane and returns what was in them."""
        left = [picture for lanes in self._both for queue in lanes.values() for picture in queue]
        for lanes in self._both:
            lanes.clear()
        return left
