"""A small local server that speaks the Hub's API and serves model directories of this machine.

Layout: ROOT/owner/name/FILES. Behaviour is set by POST /_control {"cut_after": bytes, "rate": bytes a second,
"status": code of resolve answers, "gated": ["owner/name"], "damage": file name}; GET /_control tells
what was served. Run alone: `python -m tests.hub_server ROOT` prints its address.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "hf_" + "t" * 34


class Hub(ThreadingHTTPServer):
    """The server and its knobs."""

    daemon_threads = True

    def __init__(self, root: Path, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.root = root
        self.control: dict[str, Any] = {}
        self.served: dict[str, int] = {}
        self.requests: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def run(self) -> None:
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Hub  # ty: ignore[incompatible-mutable-override]
    routes: ClassVar = (
        (re.compile(r"^/api/models/([^/]+/[^/?]+)(?:/revision/([^/?]+))?(?:\?.*)?$"), "model_info"),
        (re.compile(r"^/([^/]+/[^/]+)/resolve/([^/]+)/([^?]+)(?:\?.*)?$"), "resolve"),
    )

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet: the test reads `requests`."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        if self.path == "/_control":
            self.answer_json(200, {"served": self.server.served, "requests": self.server.requests})
            return
        self.server.requests.append(f"{self.command} {self.path} {self.headers.get('Range', '')}".strip())
        for pattern, name in self.routes:
            if match := pattern.match(self.path):
                getattr(self, name)(*match.groups())
                return
        self.answer_json(404, {"error": "no such page"})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        self.server.control = json.loads(self.rfile.read(length) or b"{}")
        self.answer_json(200, {})

    def allowed(self, repository: str) -> bool:
        folder = self.server.root / repository
        if not folder.is_dir():
            self.answer_json(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
            return False
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if repository in self.server.control.get("gated", []) and token != TOKEN:
            self.answer_json(401, {"error": "Access restricted"}, {"X-Error-Code": "GatedRepo"})
            return False
        return True

    def model_info(self, repository: str, revision: str | None) -> None:
        if not self.allowed(repository):
            return
        if revision not in (None, "main", COMMIT):
            self.answer_json(404, {"error": "Invalid rev id"}, {"X-Error-Code": "RevisionNotFound"})
            return
        folder = self.server.root / repository
        siblings = [describe(path, folder) for path in sorted(folder.rglob("*")) if path.is_file()]
        gated = "manual" if repository in self.server.control.get("gated", []) else False
        self.answer_json(
            200, {"id": repository, "sha": COMMIT, "gated": gated, "tags": [], "siblings": siblings}
        )

    def resolve(self, repository: str, revision: str, name: str) -> None:
        if not self.allowed(repository):
            return
        if status := self.server.control.get("status"):
            self.answer_json(status, {"error": "as told"}, {"Retry-After": "0"})
            return
        path = self.server.root / repository / name
        if not path.is_file():
            self.answer_json(404, {"error": "Entry not found"}, {"X-Error-Code": "EntryNotFound"})
            return
        content = path.read_bytes()
        if self.server.control.get("damage") == name:
            content = bytes(len(content))
        self.send_bytes(name, content)

    def send_bytes(self, name: str, content: bytes) -> None:
        start = 0
        if found := re.match(r"bytes=(\d+)-", self.headers.get("Range", "")):
            start = int(found[1])
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", f'"{hashlib.sha256(content).hexdigest()}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.stream(name, content[start:])

    def stream(self, name: str, content: bytes) -> None:
        control = self.server.control
        cut = control.get("cut_after")
        block = 16 * 1024
        for offset in range(0, len(content), block):
            if cut is not None and offset >= cut:
                self.close_connection = True
                self.connection.close()
                return
            piece = content[offset : offset + block]
            try:
                self.wfile.write(piece)
            except ConnectionError:  # the client was killed: what the test wants
                self.close_connection = True
                return
            self.server.served[name] = self.server.served.get(name, 0) + len(piece)
            if rate := self.server.control.get("rate"):
                time.sleep(len(piece) / rate)

    def answer_json(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def describe(path: Path, folder: Path) -> dict[str, Any]:
    """A sibling entry as the Hub lists it with `blobs=true`."""
    content = path.read_bytes()
    name = str(path.relative_to(folder))
    blob = hashlib.sha1(f"blob {len(content)}\0".encode() + content, usedforsecurity=False).hexdigest()
    entry: dict[str, Any] = {"rfilename": name, "size": len(content), "blobId": blob}
    if name.endswith(".safetensors"):
        digest = hashlib.sha256(content).hexdigest()
        entry["lfs"] = {"size": len(content), "sha256": digest, "pointerSize": 134}
    return entry


if __name__ == "__main__":
    hub = Hub(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(hub.url, flush=True)
    threading.Thread(target=hub.serve_forever, daemon=True).start()
    sys.stdin.read()
