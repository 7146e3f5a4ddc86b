"""`farola witness`: watch over somebody's ledger."""

from pathlib import Path
from typing import Annotated

import typer

witness_app = typer.Typer(help="A witness: see that a town's ledger only ever grows, and say so.")

_Directory = Annotated[
    Path, typer.Argument(help="Where the witness keeps its key and what it has seen.")
]


@witness_app.command("init")
def init(
    directory: _Directory,
    name: Annotated[str, typer.Argument(help="Its name, such as ombudsman.example/w1.")],
) -> None:
    """Make a witness and print the key by which others check it."""
    from farola.witness import WitnessStore

    typer.echo(WitnessStore(directory).create(name).verifier)


@witness_app.command("watch")
def watch(
    directory: _Directory,
    key: Annotated[str, typer.Argument(help="The log's verifier key, NAME+ID+KEY.")],
) -> None:
    """Watch a log from now on. `farola ledger key` prints its key."""
    from farola.ledger import parse_verifier
    from farola.witness import WitnessStore

    log = parse_verifier(key)
    WitnessStore(directory).watch(log)
    typer.echo(f"watching {log.name}")


@witness_app.command("serve")
def serve(
    directory: _Directory,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8601,
) -> None:
    """Cosign checkpoints that continue what was seen. TLS belongs to a proxy in front."""
    from farola.base import SystemClock, configure_logs
    from farola.witness import Witness, WitnessStore
    from farola.witness import serve as answer

    configure_logs("info", "console")
    store = WitnessStore(directory)
    witness = Witness(store, SystemClock())
    try:
        with store.alone():
            answer(
                witness,
                host,
                port,
                lambda url: typer.echo(f"witness at {url}\nkey {witness.verifier}"),
            )
    except KeyboardInterrupt:
        typer.echo("stopped")
    except OSError as error:
        typer.echo(f"farola: {host}:{port} cannot be used: {error.strerror}", err=True)
        raise typer.Exit(1) from error
