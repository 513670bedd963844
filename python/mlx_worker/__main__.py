"""`python -m mlx_worker --socket PATH`, with the one-time token in MLX_CODE_ENGINE_TOKEN."""

import argparse
import os
import platform
import queue
import signal
import socket
import sys
import threading
import traceback
from importlib.metadata import version
from typing import TYPE_CHECKING

from . import __version__
from .host import blas, compile_on_gpu_only, device, die_with_parent, memory_bytes
from .log import log

if TYPE_CHECKING:
    from .ranks import Ranks

EXIT_CRASHED = 70


def main() -> None:
    """Connect, say hello, then work until the daemon hangs up or stdin ends."""
    parser = argparse.ArgumentParser(prog="mlx_worker", description="One engine process of MLX Code.")
    parser.add_argument("--socket", required=True, help="the daemon's Unix socket")
    parser.add_argument("--backend", help="as rank 0 of several: how MLX connects them")
    parser.add_argument("--followers", default="", help="descriptors of the other ranks, in:out")
    options = parser.parse_args()
    token = os.environ.pop("MLX_CODE_ENGINE_TOKEN", "")
    # The daemon stops its engines; a Ctrl+C in the same terminal must not race it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Libraries print; stdout belongs to nobody here.
    os.dup2(2, 1)
    die_with_parent()
    threading.Thread(target=_exit_with_stdin, name="liveness", daemon=True).start()
    # The MLX thread must get the interpreter back quickly from the IO thread.
    sys.setswitchinterval(0.0005)
    try:
        _serve(options, token)
    except Exception:
        log("error", "the engine crashed", error=traceback.format_exc())
        os._exit(EXIT_CRASHED)


def _serve(options: argparse.Namespace, token: str) -> None:
    """Hello goes out before the heavy imports: the daemon knows at once whom it is talking to."""
    from .protocol import Hello, Versions
    from .wire import encode_frame

    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.connect(options.socket)
    compile_on_gpu_only()
    versions = Versions(__version__, version("mlx"), version("mlx-lm"), platform.python_version())
    link.sendall(encode_frame(Hello(token, os.getpid(), versions, device(), blas(), memory_bytes())))

    from .connection import Connection
    from .scheduler import Command, Scheduler

    inbox: queue.SimpleQueue[Command] = queue.SimpleQueue()
    connection = Connection(link, inbox)
    connection.start()
    Scheduler(inbox, connection.post, _ranks(options)).run()


def _ranks(options: argparse.Namespace) -> "Ranks":
    from .ranks import ALONE, Leader

    if not options.backend:
        return ALONE
    pairs = [pair.split(":") for pair in options.followers.split(",")]
    return Leader(options.backend, [(int(log_end), int(answers)) for log_end, answers in pairs])


def _exit_with_stdin() -> None:
    """stdin is the daemon's end of a pipe: when it closes, the daemon is gone."""
    while True:
        try:
            if not os.read(0, 4096):
                os._exit(0)
        except OSError:
            os._exit(0)


if __name__ == "__main__":
    main()
