"""A small disk of a test's own, in a mount namespace that only its processes see."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_WRAP = ("unshare", "--user", "--map-root-user", "--mount")


class OwnDisk:
    """A shell in the namespace, told what to do line by line."""

    def __init__(self, shell: subprocess.Popen[str], place: Path) -> None:
        self._shell = shell
        self.place = place
        self.words = ("nsenter", "--user", "--mount", "--preserve-credentials")
        self.words += ("--target", str(shell.pid), "--")

    def run(self, command: str, *, may_fail: bool = False) -> list[str]:
        """What the command prints, line by line."""
        assert self._shell.stdin is not None
        assert self._shell.stdout is not None
        self._shell.stdin.write(f"{command}\necho end $?\n")
        self._shell.stdin.flush()
        lines = []
        while not (line := self._shell.stdout.readline()).startswith("end "):
            assert line, "the shell has ended"
            lines.append(line.strip())
        assert may_fail or line == "end 0\n", (command, lines)
        return lines

    def fill(self, leave_kib: int = 0) -> None:
        """Takes all room but the last `leave_kib` KiB; again, what has become free since."""
        free = f'$(stat -f -c "%a * 4 - {leave_kib}" "{self.place}")'
        self.run(
            f'size=$(( {free} )); [ $size -le 0 ] || head -c "${{size}}K" /dev/zero '
            f'>> "{self.place}/ballast"',
            may_fail=True,
        )

    def free(self) -> None:
        self.run(f'rm "{self.place}/ballast"')


@contextmanager
def own_disk(place: Path, size: str) -> Iterator[OwnDisk]:
    """Mounts a tmpfs of this size at `place`; skips the test where nobody may."""
    if not shutil.which("unshare") or not shutil.which("nsenter"):
        pytest.skip("unshare and nsenter are not installed")
    place.mkdir(parents=True, exist_ok=True)
    shell = subprocess.Popen(
        [*_WRAP, "sh"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with shell:
        disk = OwnDisk(shell, place)
        try:
            if disk.run(f'mount -t tmpfs -o size={size} tmpfs "{place}"', may_fail=True):
                pytest.skip("this system lets nobody mount a tmpfs of their own")
            yield disk
        finally:
            shell.kill()
