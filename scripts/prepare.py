"""Prepare this checkout: virtual environment, packages, console, Debian packages for the tests.

Standard library only, because it runs before anything is installed. Each step remembers a hash of
what it was made from in `.setup/`, so that a second run has nothing to do. A step that fails says
in one sentence what is wrong and what to do.
"""

import argparse
import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMPS = ROOT / ".setup"
VENV = ROOT / ".venv"
CONSOLE = ROOT / "console"
CONSOLE_BUILT = ROOT / "src" / "farola" / "api" / "console"

# What the tests start: Chromium for the console's tests, ffmpeg and ffprobe as judges of what was
# written, GStreamer's RTSP server as a camera that nobody here wrote. A font, so that screenshots
# have letters.
TEST_PACKAGES = (
    "chromium",
    "ffmpeg",
    "fonts-dejavu-core",
    "gir1.2-gst-rtsp-server-1.0",
    "gstreamer1.0-libav",
    "gstreamer1.0-plugins-bad",
    "gstreamer1.0-plugins-base",
    "gstreamer1.0-plugins-good",
    "gstreamer1.0-plugins-ugly",
    "gstreamer1.0-tools",
    "python3-gi",
)


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
) -> None:
    """Run a command with its output shown; when it fails, stop with the sentence `otherwise`."""
    try:
        # No standard input: nothing here may wait for an answer.
        subprocess.run(
            command,
            cwd=cwd,
            check=True,
            stdin=subprocess.DEVNULL,
            env=os.environ | (environment or {}),
        )
    except (OSError, subprocess.CalledProcessError) as error:
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


# --- Python -----------------------------------------------------------------------------------


def make_environment() -> Path:
    """The path of a working Python in `.venv`, which is made when there is none."""
    python = VENV / "bin" / "python"
    if Path(sys.prefix) == VENV:
        return python
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    say(f"making .venv with Python {version} ({sys.executable})")
    # A broken or old environment is not repaired but replaced; a half-made one as well.
    line = apt_line([f"python{version}-venv"])
    run(
        [sys.executable, "-m", "venv", "--clear", VENV],
        otherwise=f"Python could not make a virtual environment. On Debian, run this first: {line}",
    )
    return python


def environment_of(python: Path) -> str:
    """What ties installed packages to this environment: its Python and where it lies."""
    configuration = (VENV / "pyvenv.cfg").read_text()
    return f"{os.path.realpath(python)} {VENV} {configuration}"


def install_packages(python: Path, purpose: str) -> None:
    environment = environment_of(python)
    everything = ROOT / "requirements-dev.lock"  # holds all of requirements.lock
    lock = everything if purpose == "test" else ROOT / "requirements.lock"
    made_from = digest([lock], environment)
    if is_done("packages-test", digest([everything], environment)):
        return
    if is_done(f"packages-{purpose}", made_from):
        return
    count = len(re.findall(r"^[A-Za-z0-9].*==", lock.read_text(), re.MULTILINE))
    say(f"installing {count} Python packages from {lock.name} (a minute or two the first time)")
    run(
        [python, *pip_install(), "--require-hashes", "--only-binary", ":all:", "-r", lock],
        otherwise=f"the packages in {lock.name} could not be installed: see pip's message above. "
        "If it is about the network, check the machine's pip configuration and run this again.",
    )
    mark_done(f"packages-{purpose}", made_from)


def install_farola(python: Path) -> None:
    """Farola itself, editable: a change to the source needs no new set-up."""
    made_from = digest([ROOT / "pyproject.toml"], environment_of(python))
    if is_done("farola", made_from):
        return
    say("installing farola itself, editable")
    run(
        [python, *pip_install(), "--no-deps", "--no-build-isolation", "--editable", ROOT],
        otherwise="farola itself could not be installed: see pip's message above.",
    )
    mark_done("farola", made_from)


def pip_install() -> list[str]:
    return ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]


# --- Console ----------------------------------------------------------------------------------


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


# --- Debian -----------------------------------------------------------------------------------


def install_test_packages() -> None:
    """The programs that the tests start; installed as root, else the line to run is printed."""
    if not shutil.which("dpkg-query"):
        say(f"this is not Debian: see to it that these are installed: {' '.join(TEST_PACKAGES)}")
        return
    missing = [package for package in TEST_PACKAGES if not is_installed(package)]
    if not missing:
        return
    if os.geteuid() != 0:
        raise SetupError(
            f"the tests need Debian packages that are not installed. Run this and then again:\n"
            f"    {apt_line(missing)}"
        )
    say(f"installing Debian packages for the tests: {' '.join(missing)}")
    unattended = {"DEBIAN_FRONTEND": "noninteractive"}
    otherwise = f"Debian's packages could not be installed. Try by hand: {apt_line(missing)}"
    run(["apt-get", "-q", "update"], environment=unattended, otherwise=otherwise)
    run(
        ["apt-get", "-qy", "install", "--no-install-recommends", *missing],
        environment=unattended,
        otherwise=otherwise,
    )


def is_installed(package: str) -> bool:
    answer = subprocess.run(
        ["dpkg-query", "--show", "--showformat", "${db:Status-Status}", package],
        check=False,
        capture_output=True,
        text=True,
    )
    return answer.stdout == "installed"


def apt_line(packages: Sequence[str]) -> str:
    return f"sudo apt-get install --no-install-recommends {' '.join(packages)}"


# --- All of it --------------------------------------------------------------------------------


def prepare(purpose: str) -> None:
    python = make_environment()
    if purpose == "test":
        install_test_packages()
    install_packages(python, purpose)
    install_farola(python)
    build_console(python)


def main() -> int:
    parser = argparse.ArgumentParser(description="Prepare this checkout.")
    parser.add_argument("purpose", choices=["run", "test"], help="run: program only; test: all")
    purpose = parser.parse_args().purpose
    started = time.monotonic()
    STAMPS.mkdir(exist_ok=True)
    with (STAMPS / "lock").open("w") as lock:
        try:
            # Two makes at once take turns.
            fcntl.flock(lock, fcntl.LOCK_EX)
            prepare(purpose)
        except SetupError as error:
            print(f"farola: {error}", file=sys.stderr)
            return 1
    say(f"ready ({time.monotonic() - started:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
