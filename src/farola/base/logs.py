"""Structured logs: one event a line, with fields, to standard error."""

import logging
import sys
from typing import Literal

import structlog


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
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def get_logger(part: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose lines carry `part`, the package that speaks."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(part=part)
    return logger
