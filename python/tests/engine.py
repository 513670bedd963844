"""A real engine process on a real Unix socket, as the daemon drives it."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from mlx_worker.wire import FrameReader

ROOT = Path(__file__).resolve().parents[1]
OPENBLAS = ROOT.parent / ".runtime" / "lib" / "libmlxcode_openblas.so"
TOKEN = "one-time-token"
PATIENCE_SECONDS = 60

Frame = dict[str, Any]


class Engine:
    """Spawns `python -m mlx_worker` and speaks frames with it. Use as a context manager.

    `variables` go over those of its environment. With a `plan` of ranks it spawns
    `python -m mlx_worker.launch`.
    """

    def __init__(self, plan: Frame | None = None, **variables: str) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="engine-")
        path = str(Path(self._folder.name) / "e.sock")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen(1)
        listener.settimeout(PATIENCE_SECONDS)
        environment = {
            **os.environ,
            "MLX_CODE_ENGINE_TOKEN": TOKEN,
            "MLX_DISABLE_COMPILE": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONPATH": str(ROOT),
            "TMPDIR": self._folder.name,
        }
        if OPENBLAS.exists():
            environment["LD_PRELOAD"] = str(OPENBLAS)
        environment |= variables
        self.log = Path(self._folder.name) / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "mlx_worker.launch" if plan else "mlx_worker", "--socket", path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
            )
        if plan and self.process.stdin:
            self.process.stdin.write(msgspec.json.encode(plan) + b"\n")
            self.process.stdin.flush()
        self.link, _ = listener.accept()
        listener.close()
        self.link.settimeout(PATIENCE_SECONDS)
        self._reader = FrameReader()
        self._pending: list[Frame] = []
        self.hello = self.receive()

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):
            self.link.close()
        if self.process.stdin:
            self.process.stdin.close()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        self._folder.cleanup()

    def send(self, frame: Frame) -> None:
        self.send_bytes(msgspec.json.encode(frame))

    def send_bytes(self, payload: bytes) -> None:
        self.link.sendall(len(payload).to_bytes(4, "big") + payload)

    def receive(self) -> Frame:
        while not self._pending:
            received = self.link.recv(1 << 16)
            if not received:
                raise EOFError(self.log.read_text())
            self._pending += [msgspec.json.decode(payload) for payload in self._reader.feed(received)]
        return self._pending.pop(0)

    def until(self, wanted: Callable[[Frame], bool]) -> list[Frame]:
        """Frames up to and with the first one that is `wanted`."""
        frames: list[Frame] = []
        while not frames or not wanted(frames[-1]):
            frames.append(self.receive())
        return frames

    def until_finished(self, count: int) -> list[Frame]:
        """Frames until so many rows have ended."""
        frames: list[Frame] = []
        while sum(frame["type"] == "finished" for frame in frames) < count:
            frames.append(self.receive())
        return frames

    def reply(self, frame: Frame) -> Frame:
        """Send a request with an id and return its answer, progress skipped."""
        self.send(frame)
        return self.until(lambda f: f.get("id") == frame["id"] and f["type"] != "load_progress")[-1]

    def load(self, path: Path, **options: Any) -> Frame:
        return self.reply({"type": "load", "id": "load", "path": str(path), **options})

    def generate(self, row: str = "r", **frame: Any) -> "Answer":
        """Run one row to its end and gather it."""
        self.send(generate_frame(row, **frame))
        return self.gather(row)

    def gather(self, row: str = "r") -> "Answer":
        return Answer(row, self.until(lambda f: f["type"] == "finished" and f["row"] == row))

    def until_logged(self, words: str) -> None:
        """Wait for a line of the log, which comes after what it tells of."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while words not in self.log.read_text():
            if time.monotonic() > deadline:
                raise TimeoutError(self.log.read_text())
            time.sleep(0.02)

    def unload(self) -> None:
        self.reply({"type": "unload", "id": "unload"})


def generate_frame(
    row: str = "r", content: str = "Say something.", sampling: Frame | None = None, **frame: Any
) -> Frame:
    if "prompt_token_ids" not in frame:
        frame.setdefault("messages", [{"role": "user", "content": content}])
    return {"type": "generate", "row": row, "sampling": {"max_tokens": 24, **(sampling or {})}, **frame}


class Answer:
    """All frames of one row put together."""

    def __init__(self, row: str, frames: list[Frame]) -> None:
        self.frames = [f for f in frames if f.get("row") == row]
        parts = [part for f in frames if f["type"] == "step" for part in f["rows"] if part["row"] == row]
        self.finished = frames[-1]
        self.parts = parts
        self.token_ids = [token for part in parts for token in part["token_ids"]] + self.finished["token_ids"]
        self.text = "".join(part["text"] for part in parts) + self.finished["text"]
        self.reason = self.finished["finish_reason"]
        self.error = self.finished["error"]
        self.admitted: Frame = next((f for f in self.frames if f["type"] == "admitted"), {})
