"""Long prompts use the processors that are free; decoding gets its one thread back."""

import ctypes
import os

import pytest

from mlx_worker.blas_threads import MIN_TOKENS, BlasThreads
from mlx_worker.host import blas

pytestmark = pytest.mark.skipif(
    not hasattr(ctypes.CDLL(None), "scipy_openblas_get_num_threads"), reason="OpenBLAS is not preloaded"
)


@pytest.fixture(autouse=True)
def one_thread() -> None:
    ctypes.CDLL(None).scipy_openblas_set_num_threads(1)


def threads_now() -> int:
    return ctypes.CDLL(None).scipy_openblas_get_num_threads()


def test_a_long_prompt_takes_one_thread_or_all_and_gives_them_back() -> None:
    assert blas() == "openblas"
    with BlasThreads().feeding(MIN_TOKENS):
        assert threads_now() in (1, len(os.sched_getaffinity(0)))
    assert threads_now() == 1


def test_decoding_gets_one_thread_back_even_after_a_failure() -> None:
    threads = BlasThreads()
    with pytest.raises(RuntimeError, match="the model failed"), threads.feeding(MIN_TOKENS):
        ctypes.CDLL(None).scipy_openblas_set_num_threads(2)
        raise RuntimeError("the model failed")
    assert threads_now() == 1


def test_a_short_prompt_leaves_the_threads_alone() -> None:
    ctypes.CDLL(None).scipy_openblas_set_num_threads(2)
    with BlasThreads().feeding(MIN_TOKENS - 1):
        assert threads_now() == 2
