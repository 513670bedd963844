"""What Linux tells of a process: processor time and memory."""

import os
from pathlib import Path


def processor_seconds(pid: int) -> float:
    """Processor time of all threads so far, to the nanosecond while they sleep."""
    spent = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            spent += int((task / "schedstat").read_text().split()[0])
        except FileNotFoundError:
            continue
    return spent / 1e9


def family_seconds(pid: int) -> float:
    """Processor time so far of a process and of what it started that still runs."""
    lists = [task / "children" for task in Path(f"/proc/{pid}/task").iterdir()]
    children = [int(child) for one in lists if one.exists() for child in one.read_text().split()]
    return processor_seconds(pid) + sum(map(family_seconds, children))


def resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
