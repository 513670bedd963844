"""A whole daemon, asked as programs ask it: /v1 with a key."""

import contextlib
import json
import subprocess
import tempfile
import urllib.request
from collections.abc import Generator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from .peer import plain_environment
from .streams import HttpClient, finish

ROOT = Path(__file__).resolve().parents[3]


@contextlib.contextmanager
def serve_daemon(model: Path) -> Generator[HttpClient]:
    """A client of /v1 of a daemon with a home of its own, with `model` loaded and warm."""
    with tempfile.TemporaryDirectory(prefix="versus-home-") as home:
        command = ["node", "server/main.ts", "--port", "0", "--home", home, "--no-open"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=plain_environment(), stdout=subprocess.PIPE, text=True
        )
        try:
            door = _sign_in(_link(process))
            door.call("/api/models/folders", {"path": str(model)})
            listed = door.call("/api/models")["models"]
            name = next(one["id"] for one in listed if Path(one["path"]) == model.resolve())
            key = door.call("/api/openai/keys", {"name": "versus", "scopes": ["chat"]})["key"]
            client = HttpClient(door.port, name, process.pid, {"Authorization": f"Bearer {key}"})
            finish(client, client.start("Warm up.", 8))
            yield client
        finally:
            process.terminate()
            process.wait()


def _link(process: subprocess.Popen[str]) -> str:
    """What the daemon prints for a person to open. Raises RuntimeError when it ends instead."""
    for line in process.stdout or ():
        if line.startswith("Open  "):
            return line.removeprefix("Open  ").strip()
    raise RuntimeError("The daemon ended before it listened.")


class _Door:
    def __init__(self, origin: str, port: int) -> None:
        self._origin, self.port = origin, port
        self.cookie = ""

    def call(self, path: str, body: Any = None) -> Any:
        headers = {
            "Content-Type": "application/json",
            "X-MLX-Code": "1",
            "Origin": self._origin,
            "Cookie": self.cookie,
        }
        payload = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._origin + path, payload, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.cookie = (answer.headers.get("Set-Cookie") or self.cookie).split(";")[0]
            return json.load(answer)


def _sign_in(link: str) -> _Door:
    parts = urlsplit(link)
    door = _Door(f"{parts.scheme}://{parts.netloc}", parts.port or 0)
    door.call("/api/auth/sign-in", {"token": parts.fragment.removeprefix("token=")})
    return door
