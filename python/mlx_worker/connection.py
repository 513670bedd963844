"""The IO thread: the socket, JSON, tokenising, texts, and the one `finished` frame of every row."""

import os
import queue
import selectors
import socket
import threading
import traceback
from collections import deque

import msgspec

from .admission import admit, not_understood, unreadable_row
from .errors import EngineError
from .log import log
from .protocol import (
    Admitted,
    Cancel,
    Continue,
    Counted,
    CountTokens,
    Error,
    Finished,
    FinishReason,
    Generate,
    Likelihood,
    Pause,
    Prefill,
    Step,
    StepRow,
    Timings,
    TokenLogprobs,
    Unload,
    Usage,
    error_body,
    readable_id,
    to_engine_decoder,
)
from .rows import Drop, Failed, Halt, Park, Prefilled, Proceed, Row, Stepped, Unpark
from .scheduler import Command, Event, Ready
from .tokens import Tokens, prompt_hash
from .wire import FrameReader, FrameTooLong, encode_frame

RECEIVE_BYTES = 1 << 18
# So much may wait for a daemon that does not read; at half of it the rows go on.
MOST_UNREAD_BYTES = 8 << 20
EXIT_DISCONNECTED = 0
EXIT_FRAME_TOO_LONG = 65
EXIT_CRASHED = 70


class Connection:
    """Talks to the daemon over `link` and to the MLX thread over `inbox` and `post`.

    Ends the process when the daemon hangs up: an engine without a daemon has nothing to do.
    """

    def __init__(self, link: socket.socket, inbox: "queue.SimpleQueue[Command]") -> None:
        link.setblocking(False)
        self._link = link
        self._inbox = inbox
        self._events: deque[Event] = deque()
        self._woken, self._wake = socket.socketpair()
        self._woken.setblocking(False)
        self._wake.setblocking(False)
        self._reader = FrameReader()
        self._out = bytearray()
        self._halted = False
        self._rows: dict[str, Row] = {}
        self._tokens: Tokens | None = None
        self._ready: Ready | None = None
        self._selector = selectors.DefaultSelector()
        self._selector.register(link, selectors.EVENT_READ)
        self._selector.register(self._woken, selectors.EVENT_READ)

    def start(self) -> None:
        threading.Thread(target=self._run, name="io", daemon=True).start()

    def post(self, event: Event) -> None:
        """Hand an event to the IO thread; called on the MLX thread."""
        self._events.append(event)
        try:
            self._wake.send(b"\0")
        except BlockingIOError:
            # The pipe is full of wake-ups already.
            return

    def _run(self) -> None:
        try:
            while True:
                for key, mask in self._selector.select():
                    if key.fileobj is self._woken:
                        self._woken.recv(4096)
                    elif mask & selectors.EVENT_READ:
                        self._receive()
                self._publish()
                self._flush()
                self._hold_back()
        except Exception:
            log("error", "the connection failed", error=traceback.format_exc())
            os._exit(EXIT_CRASHED)

    def _receive(self) -> None:
        try:
            received = self._link.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return
        except OSError:
            received = b""
        if not received:
            log("info", "the daemon hung up")
            os._exit(EXIT_DISCONNECTED)
        try:
            for payload in self._reader.feed(received):
                self._read(payload)
        except FrameTooLong as error:
            self._send(Error(None, error_body(EngineError("too_large", str(error)))))
            self._link.setblocking(True)
            self._flush()
            os._exit(EXIT_FRAME_TOO_LONG)

    def _read(self, payload: bytes) -> None:
        try:
            frame = to_engine_decoder.decode(payload)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            log("warn", "frame refused", reason=str(error))
            self._refuse_frame(payload, error)
            return
        match frame:
            case Generate():
                self._generate(frame)
            case Cancel():
                self._cancel(frame)
            case Pause() | Continue():
                self._pause(frame)
            case CountTokens():
                self._count(frame)
            case Unload():
                for row in list(self._rows.values()):
                    self._close(row, "cancelled")
                self._tokens = self._ready = None
                self._inbox.put(frame)
            case _:
                self._inbox.put(frame)

    def _refuse_frame(self, payload: bytes, error: Exception) -> None:
        """Answer a frame that cannot be read, as far as it tells who waits for an answer."""
        refusal = not_understood(error)
        row = unreadable_row(payload)
        if row is None:
            self._send(Error(readable_id(payload), error_body(refusal)))
        elif row not in self._rows:
            self._refuse(row, refusal)

    def _generate(self, frame: Generate) -> None:
        if frame.row in self._rows:
            error = EngineError("conflict", f"The row {frame.row} is already running.")
            self._send(Error(frame.row, error_body(error)))
            return
        try:
            self._admit(frame)
        except EngineError as error:
            self._refuse(frame.row, error)
        except Exception as error:
            log("error", "admission failed", row=frame.row, error=traceback.format_exc())
            self._refuse(
                frame.row, EngineError("engine_failed", f"The prompt could not be prepared: {error}")
            )

    def _admit(self, frame: Generate) -> None:
        """Queue the row. Raises EngineError."""
        tokens = self._tokens_for_text()
        admission = admit(frame, tokens)
        row = admission.row
        self._rows[row.id] = row
        prompt = row.token_ids[: row.prompt_tokens]
        told = prompt if frame.report_prompt else None
        self._send(Admitted(row.id, len(prompt), row.seed, prompt_hash(prompt), told))
        if admission.ended is not None:
            self._close(row, admission.ended)
        else:
            self._inbox.put(row)

    def _tokens_for_text(self) -> Tokens:
        if self._ready is None:
            raise EngineError("conflict", "No model is loaded in this engine.")
        if self._tokens is None:
            raise EngineError("unsupported", "This model embeds text; it does not write any.")
        return self._tokens

    def _refuse(self, row: str, error: EngineError) -> None:
        """Finish a row that was never admitted."""
        prompt_tokens = error.details.get("prompt_tokens", 0)
        self._send(
            Finished(
                row=row,
                text="",
                token_ids=[],
                finish_reason="error",
                usage=Usage(prompt_tokens, 0),
                timings=Timings(0, 0, 0, 0),
                error=error_body(error),
            )
        )

    def _cancel(self, frame: Cancel) -> None:
        row = self._rows.get(frame.row)
        if row is None:
            log("warn", "cancel of an unknown row", row=frame.row)
            return
        self._close(row, "cancelled")

    def _pause(self, frame: Pause | Continue) -> None:
        row = self._rows.get(frame.row)
        if row is None:
            log("warn", "an unknown row to pause or continue", row=frame.row)
            return
        self._inbox.put(Park(row) if isinstance(frame, Pause) else Unpark(row))

    def _count(self, frame: CountTokens) -> None:
        try:
            if self._ready is not None and self._ready.loaded.embedder is not None and not frame.messages:
                length = len(self._ready.loaded.tokenizer.encode(frame.text or "").ids)
                self._send(Counted(frame.id, 0, [], length))
                return
            self._send(self._tokens_for_text().count(frame))
        except EngineError as error:
            self._send(Error(frame.id, error_body(error)))

    def _publish(self) -> None:
        """Turn the MLX thread's events into frames."""
        while self._events:
            event = self._events.popleft()
            match event:
                case Stepped():
                    self._publish_step(event)
                case Prefilled(row, done, total):
                    if not row.closed:
                        self._send(Prefill(row.id, done, total, row.reused))
                case Failed(row, error):
                    self._close(row, "error", error)
                case Ready():
                    self._ready, self._tokens = event, event.tokens
                    self._send(event.frame)
                case _:
                    self._send(event)

    def _publish_step(self, event: Stepped) -> None:
        """One step frame, then the `finished` frames of the rows that ended in it.

        End tokens are not part of a row's ids: they say nothing, and a continuation must not hold one.
        """
        rows: dict[Row, StepRow] = {}
        ending: dict[Row, tuple[FinishReason, EngineError | None]] = {}
        for row, token, end in event.tokens:
            # Of several tokens of a row, one before the last may end it.
            if row.closed or row in ending:
                continue
            row.last_at = event.at
            if end == "stop":
                ending[row] = "stop", None
                continue
            try:
                said = self._say(row, token, event)
            except Exception as error:
                log("error", "a token has no text", row=row.id, error=traceback.format_exc())
                failure = EngineError("engine_failed", f"The tokenizer rejects the token {token}: {error}")
                ending[row] = "error", failure
                continue
            rows[row] = _joined(rows[row], said) if row in rows else said
            if row.text.stopped:
                ending[row] = "stop", None
            elif end == "length":
                ending[row] = "length", None
        if rows:
            self._send(Step(event.n, list(rows.values())))
        for row, (reason, error) in ending.items():
            self._close(row, reason, error)

    def _say(self, row: Row, token: int, event: Stepped) -> StepRow:
        said = row.text.push(token)
        if row.unsent is not None:
            said, row.unsent = row.unsent.add(said), None
        row.completed += 1
        logprobs = self._logprobs(row, token, event)
        return StepRow(row.id, [token], said.text, said.reasoning, said.tool_calls, logprobs)

    def _logprobs(self, row: Row, token: int, event: Stepped) -> list[TokenLogprobs]:
        if not row.sampling.logprobs or self._tokens is None:
            return []
        told = event.likelihoods[row].pop(0)
        top = [Likelihood(other, logprob, self._tokens.bytes_of(other)) for other, logprob in told.top]
        return [TokenLogprobs(token, told.logprob, self._tokens.bytes_of(token), top)]

    def _close(self, row: Row, reason: FinishReason, error: EngineError | None = None) -> None:
        """Send a row's only `finished` frame and have the MLX thread forget it."""
        if row.closed:
            return
        row.closed = True
        self._rows.pop(row.id, None)
        self._inbox.put(Drop(row))
        said = row.text.finish(complete=reason == "stop")
        if row.unsent is not None:
            said = row.unsent.add(said)
        self._send(
            Finished(
                row=row.id,
                text=said.text,
                token_ids=[],
                finish_reason="tool_calls" if reason == "stop" and row.text.calls else reason,
                usage=row.usage(),
                timings=row.timings(),
                error=error_body(error) if error else None,
                cache=row.cache_receipt(),
                reasoning=said.reasoning,
                tool_calls=row.text.calls,
                speculation=row.guesses.receipt() if row.guesses else None,
            )
        )

    def _send(self, frame: msgspec.Struct) -> None:
        try:
            self._out += encode_frame(frame)
        except FrameTooLong as error:
            log("error", "frame not sent", reason=str(error))
            failure = EngineError("too_large", "The answer does not fit one frame; ask for less at once.")
            self._out += encode_frame(Error(getattr(frame, "id", None), error_body(failure)))

    def _hold_back(self) -> None:
        """Have nothing computed while the daemon leaves too much unread; a paused row would not help it."""
        if not self._halted and len(self._out) > MOST_UNREAD_BYTES:
            log("warn", "the daemon does not read: all rows wait", bytes=len(self._out))
            self._halted = True
            self._inbox.put(Halt())
        elif self._halted and len(self._out) <= MOST_UNREAD_BYTES // 2:
            log("info", "the daemon reads again: the rows go on")
            self._halted = False
            self._inbox.put(Proceed())

    def _flush(self) -> None:
        try:
            while self._out:
                sent = self._link.send(self._out)
                del self._out[:sent]
        except BlockingIOError:
            self._selector.modify(self._link, selectors.EVENT_READ | selectors.EVENT_WRITE)
            return
        except OSError:
            log("info", "the daemon hung up")
            os._exit(EXIT_DISCONNECTED)
        if self._selector.get_key(self._link).events != selectors.EVENT_READ:
            self._selector.modify(self._link, selectors.EVENT_READ)


def _joined(before: StepRow, after: StepRow) -> StepRow:
    """Two tokens of one row in one step."""
    return StepRow(
        before.row,
        before.token_ids + after.token_ids,
        before.text + after.text,
        before.reasoning + after.reasoning,
        before.tool_calls + after.tool_calls,
        before.logprobs + after.logprobs,
    )
