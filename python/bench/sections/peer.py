"""The installed mlx_lm.server in a process of its own."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator
from pathlib import Path

from tests.engine import OPENBLAS

from .streams import HttpClient, finish

PATIENCE_SECONDS = 60
SAME_ENVIRONMENT = {"MLX_DISABLE_COMPILE": "1", "OPENBLAS_NUM_THREADS": "1", "LD_PRELOAD": str(OPENBLAS)}


def plain_environment() -> dict[str, str]:
    """This process's environment without what MLX alone should find in it."""
    return {name: value for name, value in os.environ.items() if name not in SAME_ENVIRONMENT}


@contextlib.contextmanager
def serve(model: Path, environment: dict[str, str]) -> Generator[HttpClient]:
    """A client of mlx_lm.server with `model` loaded and warm. Raises RuntimeError when it does not start."""
    port = _free_port()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mlx_lm", "server", "--model", str(model), "--port", str(port)],
            env={**plain_environment(), "HF_HUB_OFFLINE": "1", **environment},
            stdout=log,
            stderr=log,
        )
        try:
            _await_health(port, process)
            client = HttpClient(port, str(model), process.pid)
            finish(client, client.start("Warm up.", 8))
            yield client
        except (OSError, RuntimeError) as error:
            log.seek(0)
            raise RuntimeError(log.read()[-3000:].decode(errors="replace")) from error
        finally:
            process.kill()
            process.wait()


def _await_health(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
