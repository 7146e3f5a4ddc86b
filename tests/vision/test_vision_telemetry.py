"""Nothing is reported to anybody (docs/design/red-lines.md): OpenVINO would, if it could."""

import json
import os
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).with_name("importing_openvino.py")


def tried(how: str, home: Path) -> dict[str, list[str]]:
    # It keeps quiet where it believes to be in somebody's CI: here it shall not believe that.
    plain = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG"}}
    done = subprocess.run(
        [sys.executable, PROGRAM, how],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        env={**plain, "HOME": str(home)},
    )
    found: dict[str, list[str]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_loading_and_detecting_connects_to_nobody(tmp_path: Path) -> None:
    found = tried("ours", tmp_path)
    assert found == {"tried": [], "reporters": []}
    assert list(tmp_path.iterdir()) == []  # and leaves no identifier behind


def test_without_our_guard_it_would(tmp_path: Path) -> None:
    """If this ever fails, OpenVINO reports no more and the guard can go."""
    found = tried("plain", tmp_path)
    assert found["reporters"]
    assert found["tried"] or list(tmp_path.iterdir())
