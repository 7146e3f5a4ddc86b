"""`farola redact` and `farola detect`: what the server does with a camera, done with a file."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from farola.cli.options import ConfigOption, load

if TYPE_CHECKING:
    from farola.app.redact import Progress

InputArgument = Annotated[Path, typer.Argument(help="A video file.", metavar="IN")]


def redact(
    source: InputArgument,
    target: Annotated[
        Path, typer.Argument(help="The MP4 file to write; replaced if it exists.", metavar="OUT")
    ],
    report: Annotated[
        Path | None,
        typer.Option(
            help="Also write a JSON report: what was covered in each picture, and why.",
            show_default=False,
        ),
    ] = None,
    rate: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            max=1000.0,
            help="Pictures a second that are looked at, 0 for all; 3.3 unless given.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Cover people and number plates in a video file.

    The result is an MP4 with H.264 and the source's times; sound is left out. What cannot be looked
    at is wholly covered.
    """
    from farola.app.redact import redact as work
    from farola.base import SystemClock, configure_logs
    from farola.cli.running import run

    settings = load(config)
    configure_logs("warning", settings.logs.style)
    with _bar("redact") as progress:
        done = run(
            work(
                source,
                target,
                settings,
                SystemClock(),
                report=report,
                rate=rate,
                progress=progress,
            )
        )
    notes = [f"{done.whole} wholly covered"] if done.whole else []
    notes += ["sound left out"] if done.sound else []
    typer.echo(f"{target}: {done.pictures} pictures" + "".join(f", {note}" for note in notes))


def detect(
    source: InputArgument,
    json: Annotated[
        Path, typer.Option("--json", help="Where to write; `-` is standard output.", metavar="OUT")
    ],
    rate: Annotated[
        float,
        typer.Option(min=0.0, max=1000.0, help="Pictures a second to look at, 0 for all."),
    ] = 0.0,
    config: ConfigOption = None,
) -> None:
    """List what the detector sees in a video file.

    A JSON array of frame, time, class, score, box in pixels (left, top, width, height) and track.
    """
    from farola.app.detect import detect as work
    from farola.base import SystemClock, configure_logs
    from farola.cli.running import run

    settings = load(config)
    configure_logs("warning", settings.logs.style)
    with _out(json) as out, _bar("detect") as progress:
        run(work(source, out, settings, SystemClock(), rate=rate, progress=progress))


@contextmanager
def _out(path: Path) -> Iterator[IO[str]]:
    if str(path) == "-":
        yield sys.stdout
        return
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("w") as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


@contextmanager
def _bar(label: str) -> Iterator["Progress"]:
    """A progress bar on a terminal; nothing where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with typer.progressbar(length=1, label=label, file=sys.stderr) as bar:
        shown = 0

        def progress(done: int, total: int) -> None:
            nonlocal shown
            if total:
                bar.length = max(total, done)
            if done * 200 // max(total, done) != shown * 200 // max(total, done):
                bar.update(done - shown)
                shown = done

        yield progress
        bar.update(max(0, (bar.length or 0) - shown))
