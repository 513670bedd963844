"""`python -m mlx_worker.follower --backend NAME`: any rank of a model but the first. Started by launch.py."""

import argparse
import os
import queue
import signal
import sys
import traceback

import msgspec

from .host import compile_on_gpu_only, die_with_parent
from .log import log

EXIT_CRASHED = 70


def main() -> None:
    """Do what rank 0 does until its log ends."""
    parser = argparse.ArgumentParser(
        prog="mlx_worker.follower", description="One rank of an engine of MLX Code."
    )
    parser.add_argument("--backend", required=True)
    backend = parser.parse_args().backend
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Libraries print; rank 0 reads what was stdout.
    answers = os.dup(1)
    os.dup2(2, 1)
    die_with_parent()
    sys.setswitchinterval(0.0005)
    try:
        compile_on_gpu_only()

        from .ranks import Follower
        from .scheduler import Scheduler

        rank = Follower(backend, answers)

        def listen(event: object) -> None:
            rank.hear(event)
            _note(event)

        Scheduler(queue.SimpleQueue(), listen, rank).run()
    except Exception:
        log("error", "a rank crashed", error=traceback.format_exc())
        os._exit(EXIT_CRASHED)


def _note(event: object) -> None:
    """Rank 0 tells the daemon; here only what went wrong is worth a line."""
    failure = getattr(event, "error", None)
    if failure is not None:
        log(
            "warn",
            "this rank failed at something",
            error=msgspec.to_builtins(failure) if isinstance(failure, msgspec.Struct) else str(failure),
        )


if __name__ == "__main__":
    main()
