"""Structured logs: one event a line, with fields, to standard error."""

import logging
import sys
from contextlib import suppress
from typing import Literal, TextIO, cast

import structlog


class _StandardError:
    """Standard error as it is at each line.

    A line that cannot be written (a full disk, a reader that went away, a closed file) is lost; the
    part that wanted to tell it goes on.
    """

    def write(self, text: str, /) -> int:
        with suppress(OSError, ValueError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def configure_logs(level: str = "info", style: Literal["console", "json"] = "console") -> None:
    """Set up logging once per process: `console` for people, `json` for collectors."""
    number = logging.getLevelNamesMapping()[level.upper()]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if style == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=0)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _StandardError())),
        cache_logger_on_first_use=True,
    )


def get_logger(part: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines carry `part`, the package that speaks."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=part)
    return logger
