"""The seccomp filter: which system calls a locked-in process may still make.

An allow-list, as a classic BPF program for `seccomp(SECCOMP_SET_MODE_FILTER)`. What is not on it
fails with EPERM, which libraries survive, and a compromised decoder gains nothing by. Calls of a
foreign architecture end the process: their numbers mean something else. Numbers are those of the
kernel's `asm/unistd_64.h` (x86_64) and `asm-generic/unistd.h` (aarch64).
"""

import errno
import platform
import struct
from collections.abc import Iterable

from farola.base import Error, Kind

# name -> number on x86_64 and on aarch64; None where the architecture has no such call.
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    # Most frequent first: the filter is walked in this order.
    "futex": (202, 98),
    "read": (0, 63),
    "write": (1, 64),
    "madvise": (28, 233),
    "munmap": (11, 215),
    "clock_gettime": (228, 113),
    "poll": (7, None),
    "ppoll": (271, 73),
    "lseek": (8, 62),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "close": (3, 57),
    "fstat": (5, 80),
    "brk": (12, 214),
    "mremap": (25, 216),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "gettimeofday": (96, 169),
    "select": (23, None),
    "pselect6": (270, 72),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getrandom": (318, 278),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "getcpu": (309, 168),
    "membarrier": (324, 283),
    "rseq": (334, 293),
    "set_robust_list": (273, 99),
    "set_tid_address": (218, 96),
    "exit": (60, 93),
    "exit_group": (231, 94),
    # Allowed with certain arguments alone, see `_CHECKED`.
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "clone": (56, 220),
    "clone3": (435, 435),
    "prctl": (157, 167),
    "prlimit64": (302, 261),
    "tgkill": (234, 131),
    # For processes that ask for more.
    "recvmsg": (47, 212),
    "sendmsg": (46, 211),
    "recvfrom": (45, 207),
    "sendto": (44, 206),
    "epoll_wait": (232, None),
    "epoll_pwait": (281, 22),
    "epoll_ctl": (233, 21),
    "sched_setaffinity": (203, 122),
    "mbind": (237, 235),
    "get_mempolicy": (239, 236),
    "fcntl": (72, 25),
}

_OPTIONAL = frozenset(
    {
        "recvmsg", "sendmsg", "recvfrom", "sendto", "epoll_wait", "epoll_pwait", "epoll_ctl",
        "sched_setaffinity", "mbind", "get_mempolicy", "fcntl",
    }
)  # fmt: skip
_CHECKED = frozenset({"mmap", "mprotect", "clone", "clone3", "prctl", "prlimit64", "tgkill"})

_ARCHITECTURES = {"x86_64": (0, 0xC000_003E), "aarch64": (1, 0xC000_00B7)}
_X32_BIT = 0x4000_0000

_KILL_PROCESS = 0x8000_0000
_ERRNO = 0x0005_0000
_ALLOW = 0x7FFF_0000

_LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
_EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
_GREATER_EQUAL = 0x35  # BPF_JMP | BPF_JGE | BPF_K
_ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
_RETURN = 0x06  # BPF_RET | BPF_K

_NUMBER_AT = 0  # struct seccomp_data
_ARCHITECTURE_AT = 4
_ARGUMENTS_AT = 16

_PROT_EXEC = 4
_CLONE_THREAD = 0x0001_0000
_NEW_NAMESPACES = 0x7E02_0080  # CLONE_NEWTIME, NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, PID, NET
_PR_SET_NAME = 15

type _Instruction = tuple[int, int, int, int]


def _do(code: int, value: int, when: int = 0, otherwise: int = 0) -> _Instruction:
    return code, when, otherwise, value


def _argument(number: int) -> _Instruction:
    """Load the low half of an argument (both architectures are little-endian)."""
    return _do(_LOAD, _ARGUMENTS_AT + 8 * number)


def _refuse(error: int) -> _Instruction:
    return _do(_RETURN, _ERRNO | error)


def _checks(own_pid: int) -> dict[str, list[_Instruction]]:
    """What is looked at once the number is known; each ends in a return on every path."""
    allow = _do(_RETURN, _ALLOW)
    no = _refuse(errno.EPERM)
    return {
        # No memory becomes executable any more.
        "mmap": [_argument(2), _do(_ANY_BIT, _PROT_EXEC, 0, 1), no, allow],
        "mprotect": [_argument(2), _do(_ANY_BIT, _PROT_EXEC, 0, 1), no, allow],
        # Threads, but no processes and no namespaces.
        "clone": [
            _argument(0),
            _do(_ANY_BIT, _NEW_NAMESPACES, 2, 0),
            _do(_ANY_BIT, _CLONE_THREAD, 0, 1),
            allow,
            no,
        ],
        # Its arguments lie in memory, out of a filter's sight; libc then falls back to clone.
        "clone3": [_refuse(errno.ENOSYS)],
        "prctl": [_argument(0), _do(_EQUAL, _PR_SET_NAME, 0, 1), allow, no],
        # Reading limits, not setting them: the new limit's address (both halves) must be null.
        "prlimit64": [
            _argument(2),
            _do(_EQUAL, 0, 0, 3),
            _do(_LOAD, _ARGUMENTS_AT + 8 * 2 + 4),
            _do(_EQUAL, 0, 0, 1),
            allow,
            no,
        ],
        # abort() of its own, no signals to others.
        "tgkill": [_argument(0), _do(_EQUAL, own_pid, 0, 1), allow, no],
    }


def program(own_pid: int, also: Iterable[str] = (), machine: str | None = None) -> bytes:
    """The filter as `struct sock_filter[]`. `also` names optional calls to allow.

    Raises SANDBOX_UNAVAILABLE for an architecture that is not known here, INVALID_INPUT for a call
    that may never be allowed.
    """
    wanted = frozenset(also)
    if not wanted <= _OPTIONAL:
        raise Error(Kind.INVALID_INPUT, "a call that may not be allowed", calls=str(sorted(wanted)))
    name = platform.machine() if machine is None else machine
    if name not in _ARCHITECTURES:
        raise Error(Kind.SANDBOX_UNAVAILABLE, f"no seccomp filter is known for {name}")
    column, architecture = _ARCHITECTURES[name]
    lines = [
        _do(_LOAD, _ARCHITECTURE_AT),
        _do(_EQUAL, architecture, 1, 0),
        _do(_RETURN, _KILL_PROCESS),
        _do(_LOAD, _NUMBER_AT),
        _do(_GREATER_EQUAL, _X32_BIT, 0, 1),
        _do(_RETURN, _KILL_PROCESS),
    ]
    checks = _checks(own_pid)
    for call, numbers in NUMBERS.items():
        number = numbers[column]
        if number is None or (call in _OPTIONAL and call not in wanted):
            continue
        body = checks[call] if call in _CHECKED else [_do(_RETURN, _ALLOW)]
        lines += [_do(_EQUAL, number, 0, len(body)), *body]
    lines.append(_refuse(errno.EPERM))
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
