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

from . import __version__
from .host import blas, compile_on_gpu_only, device, die_with_parent, memory_bytes
from .log import log

EXIT_CRASHED = 70


def main() -> None:
    """Connect, say hello, then work until the daemon hangs up or stdin ends."""
    parser = argparse.ArgumentParser(prog="mlx_worker", description="One engine process of MLX Code.")
    parser.add_argument("--socket", required=True, help="the daemon's Unix socket")
    path = parser.parse_args().socket
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
        _serve(path, token)
    except Exception:
        log("error", "the engine crashed", error=traceback.format_exc())
        os._exit(EXIT_CRASHED)


def _serve(path: str, token: str) -> None:
    """Hello goes out before the heavy imports: the daemon knows at once whom it is talking to."""
    from .protocol import Hello, Versions
    from .wire import encode_frame

    link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    link.connect(path)
    compile_on_gpu_only()
    versions = Versions(__version__, version("mlx"), version("mlx-lm"), platform.python_version())
    link.sendall(encode_frame(Hello(token, os.getpid(), versions, device(), blas(), memory_bytes())))

    from .connection import Connection
    from .scheduler import Command, Scheduler

    inbox: queue.SimpleQueue[Command] = queue.SimpleQueue()
    connection = Connection(link, inbox)
    connection.start()
    Scheduler(inbox, connection.post).run()


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
