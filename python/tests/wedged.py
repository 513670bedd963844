"""`python -m tests.wedged --socket PATH`: an engine whose next `eval` after SIGUSR1 never returns.

That is how a wedged GPU looks from outside (mlx-lm#1834): the IO thread goes on answering, nothing is
computed. Tests of whoever must notice run it in place of `python -m mlx_worker`.
"""

import signal
import threading
from typing import Any

import mlx.core as mx

from mlx_worker.__main__ import main


def hang_on(number: signal.Signals) -> None:
    """Have the thread that evaluates hang, without the interpreter's lock, once this signal came."""
    wedged = threading.Event()
    signal.signal(number, lambda *_: wedged.set())
    evaluate = mx.eval

    def hanging(*arrays: Any) -> None:
        if wedged.is_set():
            threading.Event().wait()
        evaluate(*arrays)

    mx.eval = hanging  # ty: ignore[invalid-assignment]


if __name__ == "__main__":
    hang_on(signal.SIGUSR1)
    main()
