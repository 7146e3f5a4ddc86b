"""A real process locks itself in and tries to get out.

What the lock stops must succeed without the lock, or the test would show nothing.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from farola.base import Error, Kind
from farola.vision import filter as seccomp
from farola.vision import sandbox

PROGRAM = Path(__file__).with_name("locked_in.py")

FILES = (
    "open", "open-own-file", "open-beneath", "create", "list", "unlink", "rename", "mkdir",
    "symlink", "truncate",
)  # fmt: skip
CALLS = (
    *FILES, "chmod", "socket", "unix-socket", "connect", "bind", "exec", "fork", "ptrace", "kill",
    "signal-own-group", "memfd", "executable-memory", "keyctl",
)  # fmt: skip
# Denied inside; outside they fail for reasons of their own (arguments, privileges).
NEVER = (
    "openat2", "bpf", "unshare", "mount", "process-memory", "no-more-limits", "vfork", "io_uring",
)  # fmt: skip
WORKS = ("thread", "compute", "own-memory", "time", "signal-handler")


@pytest.fixture
def room(tmp_path: Path) -> Path:
    (tmp_path / "there").write_text("here")
    return tmp_path


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def tried(lock: str, names: tuple[str, ...], room: Path, port: int) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), lock, ",".join(names), str(room), str(port)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, (done.returncode, done.stderr)
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_nothing_that_matters_gets_out(room: Path, port: int) -> None:
    assert set(tried("all", CALLS + NEVER, room, port).values()) == {"EPERM"}
    assert (room / "there").read_text() == "here"
    assert [each.name for each in room.iterdir()] == ["there"]


@pytest.mark.parametrize("name", CALLS)
def test_without_the_lock_it_would_work(name: str, room: Path, port: int) -> None:
    assert tried("none", (name,), room, port) == {name: "done"}


def test_what_a_decoder_needs_goes_on(room: Path, port: int) -> None:
    assert set(tried("all", WORKS, room, port).values()) == {"done"}


def test_landlock_alone_keeps_files_and_network_away(room: Path, port: int) -> None:
    stopped = (*FILES, "connect", "bind")
    found = tried("seccomp", stopped, room, port)  # the filter is left out
    assert set(found.values()) <= {"EACCES", "EPERM", "EXDEV"}, found


def test_the_filter_alone_keeps_them_away_too(room: Path, port: int) -> None:
    assert set(tried("landlock", CALLS, room, port).values()) == {"EPERM"}


def test_memory_is_bounded(room: Path, port: int) -> None:
    assert tried("all", ("memory", "compute"), room, port) == {
        "memory": "MemoryError",
        "compute": "done",
    }
    assert tried("limits", ("memory",), room, port) == {"memory": "done"}


def test_exec_and_a_foreign_calling_convention_end_nowhere(room: Path, port: int) -> None:
    assert tried("all", ("execve",), room, port) == {"execve": "EPERM"}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), "all", "x32", str(room), str(port)],
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == -31  # SIGSYS: the filter ends the process


def test_no_other_descriptor_comes_along(room: Path) -> None:
    kept, other = os.pipe()
    text = (
        "import os, sys; from farola.vision import sandbox;"
        f"sandbox.close_others(({kept}, 1));"
        "there = [n for n in range(64) if os.path.exists(f'/proc/self/fd/{n}')];"
        "print(there, [os.readlink(f'/proc/self/fd/{n}') for n in (0, 2)])"
    )
    done = subprocess.run(
        [sys.executable, "-c", text],
        pass_fds=(kept, other),
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
        check=True,
    )
    os.close(kept)
    os.close(other)
    assert done.stdout == f"[0, 1, 2, {kept}] ['/dev/null', '/dev/null']\n"


def test_a_second_thread_would_stay_outside_so_it_is_refused() -> None:
    text = (
        "import threading; from farola.vision import sandbox; from farola.base import Error\n"
        "end = threading.Event(); threading.Thread(target=end.wait).start()\n"
        "try: sandbox.lock_files()\n"
        "except Error as error: print(error.kind)\n"
        "end.set()"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "sandbox_unavailable\n"


@pytest.mark.parametrize("required", [True, False])
def test_a_kernel_without_landlock_is_told_and_refused(required: bool) -> None:
    text = (
        "from farola.vision import sandbox; from farola.base import Error\n"
        "sandbox.landlock_abi = lambda: 0\n"
        "limits = sandbox.Limits(memory=1 << 28, keep=(1, 2))\n"
        f"try: print(sandbox.enter(limits, required={required}))\n"
        "except Error as error: print(error.kind, error.message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, timeout=60, check=True
    )
    message = "the kernel has no Landlock, or it is switched off"
    expected = f"sandbox_unavailable {message}\n" if required else f"('{message}',)\n"
    assert done.stdout == expected


def test_this_kernel_is_asked_for_its_landlock() -> None:
    assert sandbox.landlock_abi() >= 1


def test_a_filter_is_made_for_both_architectures_and_no_other() -> None:
    for machine in ("x86_64", "aarch64"):
        text = seccomp.program(1234, (), machine)
        assert len(text) % 8 == 0
        assert len(text) // 8 < 4096  # BPF_MAXINSNS
    with pytest.raises(Error) as refused:
        seccomp.program(1, (), "riscv64")
    assert refused.value.kind is Kind.SANDBOX_UNAVAILABLE
    with pytest.raises(Error):
        seccomp.program(1, ("execve",))
