"""Locks this process in: no files, no network, no other processes, bounded memory.

Whatever a hostile bitstream makes a decoder do, it finds itself in a process that can compute, and
read and write the descriptors it was given. Landlock denies the file system, seccomp the system
calls, rlimits the memory; each alone would stop most of it. There is no way out again.

Everything must be loaded before: libraries, codecs, lazily imported modules.
"""

import ctypes
import errno
import os
import resource
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from farola.base import Error, Kind
from farola.vision.filter import program

_libc = ctypes.CDLL(None, use_errno=True)

_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_SET_MODE_FILTER = 1
_SECCOMP_FILTER_FLAG_TSYNC = 1
_LANDLOCK_CREATE_RULESET = 444  # the same on every architecture
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_CREATE_RULESET_VERSION = 1
_SECCOMP = {"x86_64": 317, "aarch64": 277}

# Rights by the ABI that brought them (linux/landlock.h): a kernel refuses those it does not know.
_FILE_RIGHTS = ((1, (1 << 13) - 1), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))
_NET_RIGHTS = ((4, 0b11),)  # bind and connect by TCP
_SCOPES = ((6, 0b11),)  # abstract Unix sockets and signals of others


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory` is bytes of data beyond what is loaded already; `keep` are descriptors that stay.

    `cpu_seconds` ends the process for good, for single jobs. `threads` counts those of the user as
    the kernel does. `calls` are optional system calls, see `filter.NUMBERS`.
    """

    memory: int
    keep: tuple[int, ...]
    cpu_seconds: int | None = None
    threads: int = 16_384
    calls: tuple[str, ...] = ()


def landlock_abi() -> int:
    """The version of Landlock that the kernel offers; 0 where it has none or it is switched off."""
    version = _libc.syscall(
        ctypes.c_long(_LANDLOCK_CREATE_RULESET),
        None,
        ctypes.c_size_t(0),
        ctypes.c_uint32(_LANDLOCK_CREATE_RULESET_VERSION),
    )
    return max(0, int(version))


def enter(limits: Limits, *, required: bool) -> tuple[str, ...]:
    """Locks the process in and returns what could not be locked, in words; empty is best.

    With `required`, anything that cannot be locked raises SANDBOX_UNAVAILABLE and the process must
    end: it is half locked then.
    """
    close_others(limits.keep)
    bound(limits)
    missing = []
    for lock in (_forbid_privileges, lock_files, lambda: lock_calls(limits.calls)):
        try:
            lock()
        except Error as error:
            if required:
                raise
            missing.append(error.message)
    return tuple(missing)


def close_others(keep: Iterable[int]) -> None:
    """Closes every descriptor but `keep`; 0, 1 and 2 lead nowhere unless kept."""
    kept = sorted(set(keep))
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        if standard not in kept:
            os.dup2(null, standard)
    first = 3
    for fd in kept:
        if fd >= first:
            os.closerange(first, fd)
            first = fd + 1
    os.closerange(first, max(first, _highest_descriptor()) + 1)


def bound(limits: Limits) -> None:
    """Sets the resource limits; hard ones, that cannot be lifted again without privileges."""
    used = _pages_mapped() * resource.getpagesize()
    highest = max((*limits.keep, 2))
    bounds = {
        # Address space counts what is merely reserved, such as stacks: it may be twice the data.
        resource.RLIMIT_AS: used + 2 * limits.memory,
        resource.RLIMIT_DATA: used + limits.memory,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: highest + 2,  # one spare, for the Landlock ruleset
        resource.RLIMIT_NPROC: limits.threads,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if limits.cpu_seconds is not None:
        bounds[resource.RLIMIT_CPU] = limits.cpu_seconds
    for what, most in bounds.items():
        _, hard = resource.getrlimit(what)
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))


def lock_files() -> None:
    """Landlock without a single rule: nothing in the file system can be reached by name.

    It binds the calling thread and what that starts, so no other thread may run yet. Raises
    SANDBOX_UNAVAILABLE.
    """
    abi = landlock_abi()
    if abi < 1:
        raise Error(Kind.SANDBOX_UNAVAILABLE, "the kernel has no Landlock, or it is switched off")
    if _threads() != 1:
        raise Error(Kind.SANDBOX_UNAVAILABLE, "other threads run already: they would stay outside")
    _forbid_privileges()
    attributes = (ctypes.c_uint64 * 3)(
        _rights(_FILE_RIGHTS, abi), _rights(_NET_RIGHTS, abi), _rights(_SCOPES, abi)
    )
    size = 8 if abi < 4 else 16 if abi < 6 else 24  # the structure grew with the versions
    ruleset = _libc.syscall(
        ctypes.c_long(_LANDLOCK_CREATE_RULESET),
        ctypes.byref(attributes),
        ctypes.c_size_t(size),
        ctypes.c_uint32(0),
    )
    _check(min(0, ruleset), "Landlock refuses its rules")
    try:
        _check(
            _libc.syscall(
                ctypes.c_long(_LANDLOCK_RESTRICT_SELF), ctypes.c_int(ruleset), ctypes.c_uint32(0)
            ),
            "Landlock cannot be entered",
        )
    finally:
        os.close(ruleset)


def lock_calls(also: Iterable[str] = ()) -> None:
    """Installs the seccomp filter in every thread. Raises SANDBOX_UNAVAILABLE."""
    _forbid_privileges()
    machine = os.uname().machine
    text = program(os.getpid(), also, machine)
    code = ctypes.create_string_buffer(text, len(text))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))

    filled = Program(len(text) // 8, ctypes.addressof(code))
    _check(
        _libc.syscall(
            ctypes.c_long(_SECCOMP[machine]),
            ctypes.c_uint(_SECCOMP_SET_MODE_FILTER),
            ctypes.c_uint(_SECCOMP_FILTER_FLAG_TSYNC),
            ctypes.byref(filled),
        ),
        "the kernel refuses the seccomp filter",
    )


def _forbid_privileges() -> None:
    """No set-user-id program ever raises this process; nobody of the same user may look into it."""
    zero = ctypes.c_ulong(0)
    set_it = ctypes.c_ulong(1)
    _check(_libc.prctl(_PR_SET_NO_NEW_PRIVS, set_it, zero, zero, zero), "no_new_privs is refused")
    _check(_libc.prctl(_PR_SET_DUMPABLE, zero, zero, zero, zero), "PR_SET_DUMPABLE is refused")


def _check(result: int, message: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise Error(Kind.SANDBOX_UNAVAILABLE, f"{message}: {errno.errorcode.get(number, number)}")


def _rights(table: tuple[tuple[int, int], ...], abi: int) -> int:
    return sum(bits for since, bits in table if since <= abi)


def _threads() -> int:
    return sum(1 for _ in Path("/proc/self/task").iterdir())


def _highest_descriptor() -> int:
    return max(int(each.name) for each in Path("/proc/self/fd").iterdir())


def _pages_mapped() -> int:
    return int(Path("/proc/self/statm").read_text().split()[0])
