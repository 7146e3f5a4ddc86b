"""What every step of the set-up uses: saying, running, and remembering what is done.

A step remembers a hash of what it was made from in `.setup/`, so that a second run has nothing to
do. A step that fails says in one sentence what is wrong and what to do.
"""

import hashlib
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".setup"
VENV = ROOT / ".venv"


class SetupError(Exception):
    """One sentence on what is wrong and one on what to do."""


def say(text: str) -> None:
    print(f"== setup: {text}", flush=True)


def run(
    command: Sequence[str | Path],
    *,
    otherwise: str,
    cwd: Path = ROOT,
    environment: dict[str, str] | None = None,
    quiet: bool = False,
) -> None:
    """Run a command with its output shown; when it fails, stop with the sentence `otherwise`.

    `quiet` keeps a talkative command's standard output to a failure.
    """
    try:
        # No standard input: nothing here may wait for an answer.
        subprocess.run(
            command,
            cwd=cwd,
            check=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else None,
            text=True,
            env=os.environ | (environment or {}),
        )
    except (OSError, subprocess.CalledProcessError) as error:
        if isinstance(error, subprocess.CalledProcessError) and error.stdout:
            print(error.stdout[-4000:], flush=True)
        raise SetupError(f"{otherwise}\n  ({error})") from error


def digest(paths: Iterable[Path], *words: str) -> str:
    """SHA-256 over the names and contents of files, and over what else a step depends on."""
    total = hashlib.sha256()
    for word in words:
        total.update(word.encode() + b"\0")
    for path in sorted(paths):
        total.update(str(path.relative_to(ROOT)).encode() + b"\0")
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def is_done(step: str, made_from: str) -> bool:
    stamp = STAMPS / step
    return stamp.is_file() and stamp.read_text() == made_from


def mark_done(step: str, made_from: str) -> None:
    (STAMPS / step).write_text(made_from)
