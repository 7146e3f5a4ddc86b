"""The console: Node.js, its npm packages and the build."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from debian import apt_line
from environment import environment_of, pip_install
from steps import ROOT, STAMPS, digest, is_done, mark_done, run, say

CONSOLE = ROOT / "console"
CONSOLE_BUILT = ROOT / "src" / "farola" / "api" / "console"


def build_console(python: Path) -> None:
    """Build the console when one of the files that it is made from has changed."""
    if not (CONSOLE / "package.json").is_file():
        return
    node = find_node(python)
    (STAMPS / "node-folder").write_text(str(node.parent))  # for scripts/npm
    install_node_packages(node)
    made_from = digest(console_sources())
    if is_done("console", made_from) and (CONSOLE_BUILT / "index.html").is_file():
        return
    say("building the console")
    run(
        ["npm", "run", "--silent", "build"],
        cwd=CONSOLE,
        environment=path_with(node),
        otherwise="the console could not be built: see the message above.",
    )
    mark_done("console", made_from)


def install_node_packages(node: Path) -> None:
    made_from = digest(
        [CONSOLE / "package.json", CONSOLE / "package-lock.json"], node_version(node)
    )
    if is_done("node-packages", made_from) and (CONSOLE / "node_modules").is_dir():
        return
    say("installing the console's npm packages (about a minute the first time)")
    run(
        ["npm", "ci", "--no-fund", "--no-audit", "--no-update-notifier", "--loglevel=error"],
        cwd=CONSOLE,
        environment=path_with(node),
        otherwise="the console's packages could not be installed: see npm's message above. "
        "If it is about the network, check the machine's npm configuration and run this again.",
    )
    mark_done("node-packages", made_from)


def console_sources() -> list[Path]:
    """Everything in console/ that git would keep: not what npm or a test run puts there."""
    left_out = {"node_modules", "dist", "test-results", "coverage"}
    return [
        path
        for path in CONSOLE.rglob("*")
        if path.is_file() and not left_out.intersection(path.relative_to(CONSOLE).parts)
    ]


def find_node(python: Path) -> Path:
    """A node new enough for the console, with npm beside it; brought as a wheel if need be."""
    needed = oldest_node()
    present = shutil.which("node")
    if present and shutil.which("npm") and major_minor(node_version(Path(present))) >= needed:
        return Path(present)
    return bring_node(python, needed)


def bring_node(python: Path, needed: tuple[int, int]) -> Path:
    """Node.js from a wheel, in an environment of its own: no root, no matter how old Debian is."""
    folder = STAMPS / "node"
    node = folder / "bin" / "node"
    made_from = digest([ROOT / "requirements-node.lock"], environment_of(python))
    if is_done("node-wheel", made_from) and node.is_file():
        return node
    say(f"no npm with Node.js {needed[0]}.{needed[1]} or newer here: installing one under .setup/")
    line = apt_line(["nodejs", "npm"])
    otherwise = f"Node.js and npm could not be brought in. Install them and run this again: {line}"
    run([python, "-m", "venv", "--clear", folder], otherwise=otherwise)
    lock = ROOT / "requirements-node.lock"
    run(
        [folder / "bin" / "python", *pip_install(), "--require-hashes", "-r", lock],
        otherwise=otherwise,
    )
    mark_done("node-wheel", made_from)
    return node


def oldest_node() -> tuple[int, int]:
    """The console's own word on it: `engines.node` in package.json."""
    engines = json.loads((CONSOLE / "package.json").read_text()).get("engines", {})
    return major_minor(engines.get("node", "18.18"))


def node_version(node: Path) -> str:
    answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    return answer.stdout.strip()


def major_minor(version: str) -> tuple[int, int]:
    found = re.search(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def path_with(node: Path) -> dict[str, str]:
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    # Build tools colour a CI's log as if it were a terminal.
    return {"PATH": path} if sys.stdout.isatty() else {"PATH": path, "NO_COLOR": "1"}
