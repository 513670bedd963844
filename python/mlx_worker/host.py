"""What the machine is: memory, device, and which BLAS the products run on."""

import ctypes
import ctypes.util
import os
import signal
import sys
from pathlib import Path
from typing import Literal

Blas = Literal["openblas", "reference", "accelerate", "none"]
Device = Literal["cpu", "metal", "cuda"]

CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
PR_SET_PDEATHSIG = 1


def memory_bytes() -> int:
    """Physical memory in bytes, or the control group's limit when that is smaller."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for name in CGROUP_LIMITS:
        try:
            limit = int(Path(name).read_text().strip())
        except (OSError, ValueError):
            continue
        physical = min(physical, limit)
    return physical


def device() -> Device:
    """The device that MLX computes on."""
    import mlx.core as mx

    if mx.default_device().type == mx.DeviceType.cpu:
        return "cpu"
    return "metal" if mx.metal.is_available() else "cuda"


def compile_on_gpu_only() -> None:
    """Leave mx.compile to GPUs. On a CPU each kernel costs half a second of g++ at the first token of every
    process (the receipt of a tiny model: 1.4 s against 0.1 s), and decoding is no faster for it."""
    import mlx.core as mx

    if device() == "cpu":
        mx.disable_compile()


def blas() -> Blas:
    """Whose `cblas_sgemm` MLX calls on the CPU: asked of the loader, not of the environment.

    The wheel's reference BLAS is local to libmlx, so the symbol is only visible globally when a
    library was preloaded; its address tells which file it came from.
    """
    if sys.platform == "darwin":
        return "accelerate"
    try:
        symbol = ctypes.CDLL(None).cblas_sgemm
    except AttributeError:
        return "reference"
    address = ctypes.cast(symbol, ctypes.c_void_p).value or 0
    return "openblas" if "openblas" in _mapped_file(address) else "reference"


def _mapped_file(address: int) -> str:
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return ""
    for line in lines:
        span, *_, name = line.split(maxsplit=5)
        low, high = (int(part, 16) for part in span.split("-"))
        if low <= address < high:
            return name
    return ""


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent dies; elsewhere stdin alone tells."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
