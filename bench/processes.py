"""Reading other processes from outside: CPU time and memory of a whole tree, from /proc."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def tree(root: int) -> list[int]:
    """The process and all its descendants that live now."""
    found, ahead = [], [root]
    while ahead:
        pid = ahead.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            ahead += [int(child) for child in task.read_text().split()]
    return found


def cpu_seconds(roots: list[int]) -> float:
    """User and system time used so far by the processes and their descendants."""
    total = 0
    for root in roots:
        for pid in tree(root):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def memory_bytes(roots: list[int]) -> int:
    """Resident memory of the processes and their descendants."""
    pages = 0
    for root in roots:
        for pid in tree(root):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * _PAGE
