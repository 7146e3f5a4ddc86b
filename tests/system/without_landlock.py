"""Runs a command as on a kernel without Landlock: its system calls answer ENOSYS."""

import ctypes
import os
import struct
import sys

_CREATE_RULESET = 444  # the same number on every processor
_ERRNO = 0x0005_0000 | 38  # SECCOMP_RET_ERRNO, ENOSYS
_ALLOW = 0x7FFF_0000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def main() -> None:
    code = b"".join(
        struct.pack("HBBI", *each)
        for each in (
            (0x20, 0, 0, 0),  # load the call's number
            (0x15, 0, 1, _CREATE_RULESET),
            (0x06, 0, 0, _ERRNO),
            (0x06, 0, 0, _ALLOW),
        )
    )
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(38, 1, 0, 0, 0) == 0  # PR_SET_NO_NEW_PRIVS
    program = _Program(len(code) // 8, code)
    assert libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0  # PR_SET_SECCOMP, filter
    os.execv(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
