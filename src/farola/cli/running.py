"""Running the server from a command: uvloop, signals, and errors out of the task group."""

from collections.abc import Coroutine
from typing import Any

import uvloop

from farola.base import Error


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Runs until done. An `Error` inside a task group is raised as itself."""
    try:
        return uvloop.run(work)
    except BaseExceptionGroup as group:
        error = _first(group)
        if error is None:
            raise
        raise error from None


def _first(group: BaseExceptionGroup[BaseException]) -> Error | None:
    """The first `Error` in a task group's failure."""
    for error in group.exceptions:
        if isinstance(error, Error):
            return error
        if isinstance(error, BaseExceptionGroup) and (inner := _first(error)) is not None:
            return inner
    return None
