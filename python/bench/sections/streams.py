"""Answers that stream from one engine process or one HTTP server, timed alike."""

import json
import re
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol

from tests.engine import Engine, generate_frame

PATIENCE_SECONDS = 120
# Searched for, not parsed: the lines of a chunked answer lie between the events.
COMPLETION_TOKENS = re.compile(rb'"completion_tokens": ?(\d+)')
EMPTY = re.compile(rb'"content": ?""')


@dataclass(eq=False)
class Stream:
    """One answer: when it was asked for and when each piece of it arrived, in seconds of one clock.

    A piece is a token, but a detokenizer may hold one back for the next; `tokens` is the server's count.
    """

    sent: float
    times: list[float] = field(default_factory=list)
    tokens: int = 0
    done: bool = False

    @property
    def first(self) -> float:
        """Seconds from the request to the first token."""
        return self.times[0] - self.sent

    @property
    def rate(self) -> float:
        """Tokens per second from the first to the last."""
        return (self.tokens - 1) / (self.times[-1] - self.times[0])

    def longest_gap(self, since: float, until: float) -> float:
        """The longest wait for a token in a span of time, in seconds."""
        inside = [since, *(at for at in self.times if since < at < until), until]
        return max(b - a for a, b in pairwise(inside))


class Client(Protocol):
    """Asks and reads on one thread; `wait` reads until what it is told to wait for is true."""

    @property
    def pid(self) -> int: ...
    def start(self, content: str, max_tokens: int) -> Stream: ...
    def wait(self, until: Callable[[], bool]) -> None: ...
    def cancel(self, stream: Stream) -> None: ...


class EngineClient:
    """Frames over the engine's own socket, as the daemon sends them.

    Nothing is guessed ahead unless asked for: steps are timed here, and speculate.py times guesses.
    """

    def __init__(self, engine: Engine, speculation: str = "off", prefix: str = "r") -> None:
        self._engine = engine
        self._speculation = speculation
        self._prefix = prefix
        self._rows: dict[str, Stream] = {}
        self._asked = 0

    @property
    def pid(self) -> int:
        return self._engine.process.pid

    def start(self, content: str, max_tokens: int) -> Stream:
        self._asked += 1
        row = f"{self._prefix}{self._asked}"
        stream = self._rows[row] = Stream(time.perf_counter())
        frame = generate_frame(row, content, {"max_tokens": max_tokens}, speculation=self._speculation)
        self._engine.send(frame)
        return stream

    def wait(self, until: Callable[[], bool]) -> None:
        while not until():
            self._take(self._engine.receive())

    def _take(self, frame: dict[str, Any]) -> None:
        now = time.perf_counter()
        if frame["type"] == "step":
            for part in frame["rows"]:
                self._rows[part["row"]].times += [now] * len(part["token_ids"])
        elif frame["type"] == "finished":
            if frame["error"]:
                raise RuntimeError(frame["error"]["message"])
            stream = self._rows.pop(frame["row"])
            stream.tokens, stream.done = frame["usage"]["completion_tokens"], True

    def cancel(self, stream: Stream) -> None:
        row = next(row for row, one in self._rows.items() if one is stream)
        self._engine.send({"type": "cancel", "row": row})


class HttpClient:
    """OpenAI's chat completions as server-sent events; to cancel is to hang up."""

    def __init__(self, port: int, model: str, pid: int, headers: dict[str, str] | None = None) -> None:
        self._port, self._model, self._pid = port, model, pid
        self._headers = headers or {}
        self._selector = selectors.DefaultSelector()

    @property
    def pid(self) -> int:
        return self._pid

    def start(self, content: str, max_tokens: int) -> Stream:
        link = socket.create_connection(("127.0.0.1", self._port))
        stream = Stream(time.perf_counter())
        link.sendall(self._request(content, max_tokens))
        link.setblocking(False)
        self._selector.register(link, selectors.EVENT_READ, _Reading(stream))
        return stream

    def _request(self, content: str, max_tokens: int) -> bytes:
        asked = {
            "model": self._model,
            "messages": [{"role": "user", "content": content}],
            "max_tokens": max_tokens,
            "temperature": 0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        body = json.dumps(asked).encode()
        head = {"Host": f"127.0.0.1:{self._port}", "Content-Type": "application/json", **self._headers}
        lines = [f"{name}: {value}" for name, value in head.items()]
        first = "POST /v1/chat/completions HTTP/1.1"
        return "\r\n".join([first, *lines, f"Content-Length: {len(body)}", "", ""]).encode() + body

    def wait(self, until: Callable[[], bool]) -> None:
        while not until():
            ready = self._selector.select(PATIENCE_SECONDS)
            if not ready:
                raise TimeoutError("The server sent nothing for too long.")
            for key, _ in ready:
                self._read(key)

    def _read(self, key: selectors.SelectorKey) -> None:
        link: Any = key.fileobj
        reading: _Reading = key.data
        received = link.recv(1 << 16)
        ended = reading.take(received) or not received
        if not received and not reading.stream.done:
            raise RuntimeError(f"The server hung up: {reading.rest[:300]!r}")
        if ended:
            self._selector.unregister(link)
            link.close()

    def cancel(self, stream: Stream) -> None:
        for key in list(self._selector.get_map().values()):
            if key.data.stream is stream:
                link: Any = key.fileobj
                self._selector.unregister(link)
                link.close()
                stream.done = True


@dataclass(eq=False)
class _Reading:
    """The bytes of one answer: events with content, one with the usage, one that says that it is done."""

    stream: Stream
    rest: bytes = b""

    def take(self, received: bytes) -> bool:
        """Whether the answer is complete."""
        now = time.perf_counter()
        *events, self.rest = (self.rest + received).split(b"\n\n")
        for event in events:
            if b'"content":' in event and not EMPTY.search(event):
                self.stream.times.append(now)
            elif found := COMPLETION_TOKENS.search(event):
                self.stream.tokens = int(found[1])
            elif b"[DONE]" in event:
                self.stream.done = True
        return self.stream.done


def finish(client: Client, *streams: Stream) -> None:
    client.wait(lambda: all(stream.done for stream in streams))


def steady_rate(streams: list[Stream]) -> float:
    """Tokens per second of all, while all of them stream."""
    since, until = max(one.times[0] for one in streams), min(one.times[-1] for one in streams)
    inside = (sum(since < at <= until for at in one.times) * one.tokens / len(one.times) for one in streams)
    return sum(inside) / (until - since)


def whole_rate(streams: list[Stream]) -> float:
    """Tokens per second of all, from the first request to the last token."""
    since, until = min(one.sent for one in streams), max(one.times[-1] for one in streams)
    return sum(one.tokens for one in streams) / (until - since)
