"""Prepare this checkout: virtual environment, packages, console, Debian packages for the tests.

Standard library only, because it runs before anything is installed.
"""

import argparse
import fcntl
import sys
import time

from debian import install_test_packages
from detector_model import pack_detector
from environment import install_farola, install_packages, make_environment
from steps import STAMPS, SetupError, say
from web_console import build_console


def prepare(purpose: str) -> None:
    python = make_environment()
    if purpose == "test":
        install_test_packages()
    install_packages(python, purpose)
    install_farola(python)
    build_console(python)
    pack_detector()


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
