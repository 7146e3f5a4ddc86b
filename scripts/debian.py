"""Debian packages: the programs that the tests start."""

import os
import shutil
import subprocess
from collections.abc import Sequence

from steps import SetupError, run, say

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
    say(f"installing Debian packages for the tests, some minutes: {' '.join(missing)}")
    unattended = {"DEBIAN_FRONTEND": "noninteractive"}
    otherwise = f"Debian's packages could not be installed. Try by hand: {apt_line(missing)}"
    for command in (["update"], ["-y", "install", "--no-install-recommends", *missing]):
        run(["apt-get", "-q", *command], environment=unattended, otherwise=otherwise, quiet=True)


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
