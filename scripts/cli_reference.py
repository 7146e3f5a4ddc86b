"""Write docs/reference/cli.md from the program's own commands.

`make cli-reference` writes it; a test fails when the page and the program differ.
"""

import inspect
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "cli.md"

HEAD = """# Command line

Written by `make cli-reference` from the program itself; a test fails when it is out of date.
Every command answers `--help`. Exit status: 0 when it did what was asked, 1 when it could not
(one sentence on standard error says why), 2 when the command line was wrong.
"""


def program() -> typer.Typer:
    found = import_module("farola.cli").app
    assert isinstance(found, typer.Typer)
    return found


def render(app: typer.Typer) -> str:
    """The whole page."""
    root = typer.main.get_command(app)
    return HEAD + "".join(sections(root, typer.Context(root, info_name="farola")))


# Typer's own command classes are not public, hence `Any`.
def sections(command: Any, context: typer.Context) -> list[str]:
    """One section for each command that does something, in the program's order."""
    if not isinstance(command, TyperGroup):
        return [section(command, context)]
    return [
        text
        for name, child in command.commands.items()
        if not child.hidden
        for text in sections(child, typer.Context(child, info_name=name, parent=context))
    ]


def section(command: Any, context: typer.Context) -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    lines = ["", f"## {context.command_path}", "", "```", usage, "```", ""]
    if text := inspect.cleandoc(command.help or "").partition("\f")[0].strip():
        lines += [text, ""]
    rows = [row for parameter in command.params if (row := describe(parameter, context))]
    if rows:
        lines += ["| option | what it does |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def describe(parameter: Any, context: typer.Context) -> str:
    """One table row; empty for a parameter that is hidden."""
    record = parameter.get_help_record(context)
    if record is None:
        return ""
    names, text = (" ".join(part.split()).replace("|", "\\|") for part in record)
    return f"| `{names}` | {text} |"


def main() -> int:
    PAGE.parent.mkdir(parents=True, exist_ok=True)
    PAGE.write_text(render(program()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
