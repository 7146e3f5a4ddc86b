"""`farola retention` and `farola hold`: what is destroyed when, and what is kept from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from farola.cli.options import ConfigOption, load

if TYPE_CHECKING:
    from pathlib import Path

    from farola.app.parts import Parts
    from farola.app.retaining import Retainer

retention_app = typer.Typer(help="Retention: what will be destroyed, when and why.")
hold_app = typer.Typer(help="Holds: keep a span from being destroyed, with a reason and an end.")


@contextmanager
def _retainer(config: "Path | None") -> "Iterator[tuple[Parts, Retainer]]":
    from farola.app.ledger import open_ledger
    from farola.app.parts import open_parts
    from farola.app.retaining import Retainer
    from farola.base import SystemClock

    with (
        open_parts(load(config), SystemClock(), create=False) as parts,
        open_ledger(parts) as ledger,
    ):
        yield parts, Retainer(parts, ledger)


@retention_app.command("plan")
def plan(config: ConfigOption = None) -> None:
    """Show what will be destroyed, when and why. Changes nothing."""
    with _retainer(config) as (_, retainer):
        preview = retainer.preview()
    for each in preview.planned:
        hours = max(0, each.at_us - preview.now_us) / 3_600_000_000
        typer.echo(f"{each.epoch:28}  in {hours:7.1f} h  {each.why.value}")
    typer.echo(f"kept for {preview.hours} hours; {preview.free // 1_000_000:,} MB free")


@retention_app.command("run")
def run(config: ConfigOption = None) -> None:
    """Destroy what is due now, as the running server does every minute."""
    with _retainer(config) as (_, retainer):
        done = retainer.sweep()
    for each in done:
        typer.echo(f"destroyed {each.epoch} ({each.why.value})")
    typer.echo(f"{len(done)} destroyed")


@hold_app.command("place")
def place(
    camera: Annotated[list[str], typer.Option(help="A camera's id; may be repeated.")],
    start: Annotated[str, typer.Option(help="Begin, in UTC: 2026-11-24T13:00:00.")],
    end: Annotated[str, typer.Option(help="End, in UTC.")],
    reason: Annotated[str, typer.Option(help="Why it must be kept.")],
    reference: Annotated[str, typer.Option(help="The case or the order behind it.")],
    days: Annotated[int, typer.Option(min=1, help="For how many days from now.")],
    config: ConfigOption = None,
) -> None:
    """Keep a span of some cameras beyond its retention."""
    from farola.model import Span

    span = Span(_time(start, "--start"), _time(end, "--end"))
    if span.end_us <= span.start_us:
        raise typer.BadParameter("--end lies before --start")
    with _retainer(config) as (_, retainer):
        hold = retainer.place(retainer.new_hold(tuple(camera), span, reason, reference, days))
    typer.echo(f"placed {hold.id} until {_text(hold.expires_us)}")


@hold_app.command("list")
def list_(
    ended: Annotated[bool, typer.Option(help="Also those that have ended.")] = False,
    config: ConfigOption = None,
) -> None:
    """List the holds."""
    with _retainer(config) as (parts, _):
        holds = parts.catalog.holds.list(ended=ended)
    for hold in holds:
        until = f"until {_text(hold.expires_us)}"
        if hold.ended_us is not None:
            until = f"ended {_text(hold.ended_us)}"
        span = f"{_text(hold.span.start_us)} to {_text(hold.span.end_us)}"
        cameras = ", ".join(hold.camera_ids)
        typer.echo(f"{hold.id}  {until}  {span}  {cameras}  {hold.reference}: {hold.reason}")
    if not holds:
        typer.echo("no holds")


@hold_app.command("end")
def end(
    hold: Annotated[str, typer.Argument(help="The hold's id.")],
    why: Annotated[str, typer.Option(help="Why it is not needed any more.")],
    config: ConfigOption = None,
) -> None:
    """End a hold: what only it kept is destroyed at once."""
    with _retainer(config) as (_, retainer):
        retainer.end(hold, why)
    typer.echo(f"ended {hold}")


def _time(text: str, option: str) -> int:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option} is no time such as 2026-11-24T13:00:00") from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return round(at.timestamp()) * 1_000_000


def _text(us: int) -> str:
    return f"{datetime.fromtimestamp(us // 1_000_000, UTC):%Y-%m-%dT%H:%M:%SZ}"
