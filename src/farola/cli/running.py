"""Running the server from a command: uvloop, signals, and errors out of the task group."""

from collections.abc import Coroutine
from typing import Any

import uvloop

from farola.app.town import unwrap
from farola.base import Error


def run[T](work: Coroutine[Any, Any, T]) -> T:
    """Runs until done. An `Error` inside a task group is raised as itself."""
    try:
        return uvloop.run(work)
    except BaseExceptionGroup as group:
        error: Error | None = unwrap(group)
        if error is None:
            raise
        raise error from None
