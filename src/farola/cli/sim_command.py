"""`farola sim`: simulated cameras from video files."""

import asyncio
import re
import signal
import ssl
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from farola.base import Error, Kind, configure_logs
from farola.sim import (
    Codec,
    Faults,
    Login,
    Scheme,
    SimCamera,
    default_cache,
    playable,
    start,
)

# The golden ratio: cameras of one file fall between each other however many there are.
_STEP_US = 1_618_034


def sim(
    files: Annotated[list[Path], typer.Argument(help="Video files; cameras take turns with them.")],
    cameras: Annotated[
        int, typer.Option(min=0, max=10_000, help="How many cameras; 0 means one for each file.")
    ] = 0,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8554,
    user: Annotated[str, typer.Option(help="Ask every client for this user name.")] = "",
    password: Annotated[
        str, typer.Option(envvar="FAROLA_SIM_PASSWORD", help="And for this password.")
    ] = "",
    scheme: Annotated[
        list[Scheme] | None, typer.Option(help="How the password is asked for; may be repeated.")
    ] = None,
    codec: Annotated[
        Codec | None, typer.Option(help="Transcode the files that hold anything else.")
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(help="Where transcoded files are kept; the user's cache.")
    ] = None,
    stamp: Annotated[
        bool, typer.Option("--stamp", help="Put the send time into every picture as an SEI.")
    ] = False,
    audio: Annotated[bool, typer.Option("--audio", help="Offer an audio track as well.")] = False,
    aggregate: Annotated[
        bool, typer.Option("--aggregate", help="Send small NAL units together (STAP-A, AP).")
    ] = False,
    from_first: Annotated[
        bool, typer.Option("--from-first", help="Begin every session with the first picture.")
    ] = False,
    once: Annotated[
        bool, typer.Option("--once", help="Close every session after the last picture.")
    ] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="KIND=AT[:AMOUNT], or N:KIND=… for camera N alone; may be repeated."),
    ] = None,
    second: Annotated[
        Path | None, typer.Option(help="The file that the fault `resolution` switches to.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Serve rtsps with this PEM file.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, if in a file of its own.")] = None,
    session_timeout: Annotated[
        int, typer.Option(min=1, max=3600, help="Seconds a client may stay silent.")
    ] = 60,
) -> None:
    """Serve video files as RTSP cameras: prints a URL a line and runs until interrupted.

    Faults are chosen here or by a client in its URL, such as rtsp://…/camera-1?stall=10&drop=3:5.
    """
    configure_logs()
    kept = cache or default_cache()
    ready = [playable(file, codec, kept, _tell) for file in files]
    other = None if second is None else playable(second, codec, kept, _tell)
    login = Login(user, password, tuple(scheme or [Scheme.DIGEST])) if user else None
    town = [
        SimCamera(
            name=f"camera-{number + 1}",
            footage=ready[number % len(ready)],
            second=other,
            offset_us=number // len(ready) * _STEP_US,
            login=login,
            faults=_faults(fault or [], number + 1),
            stamp=stamp,
            audio=audio,
            aggregate=aggregate,
            from_first=from_first,
            once=once,
        )
        for number in range(cameras or len(files))
    ]
    uvloop.run(_serve(town, host, port, _tls(tls_cert, tls_key), session_timeout))


def _tell(what: str, hundredths: int) -> None:
    typer.echo(f"{what}: {hundredths} %", err=True)


def _faults(texts: list[str], number: int) -> Faults:
    faults = Faults()
    for text in texts:
        chosen = re.fullmatch(r"(?:(\d{1,5}):)?(.*)", text)
        if chosen is not None and chosen[1] in {None, str(number)}:
            faults += Faults.parse(chosen[2])
    return faults


def _tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:  # an SSLError is one
        raise Error(Kind.CONFIG_INVALID, f"cannot use {certificate}: {error}") from error
    return context


async def _serve(
    town: list[SimCamera], host: str, port: int, tls: ssl.SSLContext | None, session_timeout: int
) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()

    def interrupt() -> None:
        stop.set()
        for one in (signal.SIGINT, signal.SIGTERM):  # a second signal ends the process at once
            loop.remove_signal_handler(one)

    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, interrupt)
    async with await start(
        town, host=host, port=port, tls=tls, session_timeout_s=session_timeout
    ) as server:
        for url in server.urls:
            typer.echo(url)
        await stop.wait()
