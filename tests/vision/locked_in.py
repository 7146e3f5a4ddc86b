"""A program that locks itself in and then tries what it was asked to try.

    python locked_in.py LOCK ATTEMPT...

LOCK is `all`, `none`, or the name of the one part that is left out (`landlock`, `seccomp`,
`limits`). Prints one JSON line: {attempt: "done" or the name of the error}.
"""

import ctypes
import errno
import json
import mmap
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

# As darkrooms are started: a thread that runs before the locks would stay outside them.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

from farola.vision import sandbox

ROOM = Path(sys.argv[3])
_libc = ctypes.CDLL(None, use_errno=True)
_SPARE = socket.socket(socket.AF_INET, socket.SOCK_STREAM)  # opened before the doors close
_KEPT = os.open(ROOM, os.O_RDONLY | os.O_DIRECTORY)


def _call(number: int, *arguments: int) -> None:
    if _libc.syscall(ctypes.c_long(number), *(ctypes.c_long(each) for each in arguments)) < 0:
        raise OSError(ctypes.get_errno(), "")


def _fork() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)


def _thread() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.set)
    thread.start()
    thread.join()
    assert done.is_set()


def _ptrace() -> None:
    if _libc.ptrace(ctypes.c_long(0), 0, 0, 0) != 0:  # PTRACE_TRACEME
        raise OSError(ctypes.get_errno(), "")


def _grow() -> None:
    held = [bytearray(64 << 20) for _ in range(40)]  # 2.5 GiB
    assert held


def _x32() -> None:
    _call(0x4000_0000 | 39)


ATTEMPTS: dict[str, Callable[[], object]] = {
    "open": lambda: os.open("/etc/passwd", os.O_RDONLY),
    "open-own-file": lambda: os.open(ROOM / "there", os.O_RDONLY),
    "open-beneath": lambda: os.open("there", os.O_RDONLY, dir_fd=_KEPT),
    "create": lambda: os.open(ROOM / "new", os.O_WRONLY | os.O_CREAT),
    "openat2": lambda: _call(437, -100, 0, 0, 0),
    "list": lambda: list(ROOM.iterdir()),
    "unlink": (ROOM / "there").unlink,
    "rename": lambda: (ROOM / "there").rename(ROOM / "elsewhere"),
    "mkdir": (ROOM / "dir").mkdir,
    "symlink": lambda: (ROOM / "link").symlink_to("/etc/passwd"),
    "truncate": lambda: os.truncate(ROOM / "there", 0),
    "chmod": lambda: (ROOM / "there").chmod(0o777),
    "socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
    "unix-socket": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "connect": lambda: _SPARE.connect(("127.0.0.1", int(sys.argv[4]))),
    "bind": lambda: _SPARE.bind(("127.0.0.1", 0)),
    "exec": lambda: subprocess.run(["/bin/true"], check=True),
    "execve": lambda: os.execv("/bin/true", ["true"]),
    "fork": _fork,
    "vfork": lambda: _call(58),
    "ptrace": _ptrace,
    "kill": lambda: os.kill(os.getppid(), 0),
    "signal-own-group": lambda: os.killpg(0, 0),
    "memfd": lambda: os.memfd_create("x"),
    "executable-memory": lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC),
    "io_uring": lambda: _call(425, 4, 0),
    "bpf": lambda: _call(321, 0, 0, 0),
    "unshare": lambda: os.unshare(os.CLONE_NEWUSER),
    "mount": lambda: _call(165, 0, 0, 0, 0, 0),
    "keyctl": lambda: _call(250, 0, -3, 0, 0, 0),
    "process-memory": lambda: _call(310, os.getppid(), 0, 0, 0, 0, 0),
    "no-more-limits": lambda: _call(302, 0, 0, 1, 0),
    "memory": _grow,
    # These must go on working: a decoder needs them.
    "thread": _thread,
    "compute": lambda: sum(range(1000)),
    "own-memory": lambda: mmap.mmap(-1, 1 << 20),
    "time": lambda: __import__("time").monotonic_ns(),
    "signal-handler": lambda: signal.signal(signal.SIGTERM, signal.SIG_DFL),
    "x32": _x32,
}


def attempt(name: str) -> str:
    try:
        ATTEMPTS[name]()
    except MemoryError:
        return "MemoryError"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))
    return "done"


def lock(how: str) -> None:
    limits = sandbox.Limits(memory=512 << 20, keep=(1, 2, _SPARE.fileno(), _KEPT))
    if how == "all":
        assert sandbox.enter(limits, required=True) == ()
        return
    if how not in {"none", "limits"}:
        sandbox.close_others(limits.keep)
        sandbox.bound(limits)
    if how not in {"none", "landlock"}:
        sandbox.lock_files()
    if how not in {"none", "seccomp"}:
        sandbox.lock_calls()


def main() -> None:
    lock(sys.argv[1])
    print(json.dumps({name: attempt(name) for name in sys.argv[2].split(",")}))


if __name__ == "__main__":
    main()
