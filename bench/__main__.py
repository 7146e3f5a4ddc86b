"""Run measurements, print a table, keep the figures as JSON.

    python -m bench                 all of them
    python -m bench recording live  some
    python -m bench --list          what there is

A measurement is a module `bench/<name>_bench.py` whose first docstring line says what it measures
and that has `def measure() -> list[Row]`. Each runs in a process of its own, so that none inherits
another's memory, threads or warmed caches. Results go to `bench/results/<name>.json`.
"""

import argparse
import ast
import dataclasses
import datetime
import importlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from bench.row import Row

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"
SUFFIX = "_bench.py"


def available() -> dict[str, str]:
    """Name of every measurement and the first line of what it says about itself."""
    return {
        file.name.removesuffix(SUFFIX): first_line(file) for file in sorted(HERE.glob(f"*{SUFFIX}"))
    }


def first_line(file: Path) -> str:
    text = ast.get_docstring(ast.parse(file.read_text())) or ""
    return text.partition("\n")[0]


def measure_here(name: str) -> None:
    """Run one measurement in this process and keep its rows."""
    rows: list[Row] = importlib.import_module(f"bench.{name}_bench").measure()
    RESULTS.mkdir(exist_ok=True)
    record = {
        "bench": name,
        "at": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "machine": machine(),
        "rows": [dataclasses.asdict(row) | {"within": row.within} for row in rows],
    }
    (RESULTS / f"{name}.json").write_text(json.dumps(record, indent=2) + "\n")


def machine() -> dict[str, str | int | None]:
    """What the figures depend on; no name of a computer or a person."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.is_file():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def measure_apart(name: str) -> bool:
    """Run one measurement in a process of its own; False when it failed."""
    command = [sys.executable, "-m", "bench", "--here", name]
    return subprocess.run(command, cwd=HERE.parent, check=False).returncode == 0


def table(name: str) -> str:
    rows = [
        ("measured", "value", "unit", "budget", "peer", "kept"),
        *(cells(row) for row in json.loads((RESULTS / f"{name}.json").read_text())["rows"]),
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  "
        + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def cells(row: dict[str, object]) -> tuple[str, ...]:
    bounds = [
        f"{sign} {row[key]:g}"
        for sign, key in (("≤", "at_most"), ("≥", "at_least"))
        if row[key] is not None
    ]
    peer = "" if row["peer"] is None else f"{row['peer']:.4g} {row['peer_name']}".strip()
    kept = {True: "yes", False: "NO", None: ""}[row["within"]]  # type: ignore[index]
    return (
        str(row["what"]),
        f"{row['value']:.4g}",
        str(row["unit"]),
        " and ".join(bounds),
        peer,
        kept,
    )


def main() -> int:
    known = available()
    parser = argparse.ArgumentParser(prog="python -m bench", description="Run measurements.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; all when none is named")
    parser.add_argument("--list", action="store_true", help="say what there is")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - known.keys():
        parser.error(
            f"no such measurement: {', '.join(sorted(unknown))} (there are: {', '.join(known)})"
        )
    if arguments.list:
        print("\n".join(f"{name:<16} {text}" for name, text in known.items()))
        return 0
    if arguments.here:
        for name in arguments.names:
            measure_here(name)
        return 0
    failed = []
    for name in arguments.names or known:
        print(f"== bench: {name}: {known[name]}", flush=True)
        if measure_apart(name):
            print(table(name), flush=True)
        else:
            failed.append(name)
    if failed:
        print(f"farola: these measurements did not finish: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
