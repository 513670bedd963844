"""How many threads the products of a long prompt take."""

import contextlib
import ctypes
import os
import time
from collections.abc import Callable, Generator

import mlx.core as mx

MIN_TOKENS = 128
# Rows, shared and columns of the product that is timed: long enough to see a second processor help.
PROBE = (256, 1024, 1024)
PROBES = 2
DECISION_SECONDS = 2.0


class BlasThreads:
    """Lets OpenBLAS use more processors for a prompt while they are free, and one otherwise.

    Threads wait for each other at the end of every product: on a busy machine two are half as fast as
    one, and for the small products of decoding many times slower.
    """

    def __init__(self) -> None:
        self._set = _setter()
        self._most = len(os.sched_getaffinity(0)) if self._set else 1
        self._chosen, self._chosen_at = 1, -DECISION_SECONDS

    @contextlib.contextmanager
    def feeding(self, tokens: int) -> Generator[None]:
        """While so many tokens are fed and nothing decodes."""
        if self._set is None or self._most == 1 or tokens < MIN_TOKENS:
            yield
            return
        if time.monotonic() - self._chosen_at > DECISION_SECONDS:
            self._chosen = self._faster(self._set)
            self._chosen_at = time.monotonic()
        self._set(self._chosen)
        try:
            yield
        finally:
            self._set(1)

    def _faster(self, set_threads: Callable[[int], None]) -> int:
        """The number of threads that is faster at this moment, by the worst of few trials."""
        rows, shared, columns = PROBE
        left, right = mx.ones((rows, shared)), mx.ones((shared, columns))
        mx.eval(left, right)
        taken = {1: 0.0, self._most: 0.0}
        for _ in range(PROBES):
            for threads in taken:
                set_threads(threads)
                started = time.perf_counter()
                mx.eval(left @ right)
                taken[threads] = max(taken[threads], time.perf_counter() - started)
        return min(taken, key=lambda threads: taken[threads])


def _setter() -> Callable[[int], None] | None:
    """OpenBLAS's own function, where it was preloaded."""
    try:
        return ctypes.CDLL(None).scipy_openblas_set_num_threads
    except AttributeError:
        return None
