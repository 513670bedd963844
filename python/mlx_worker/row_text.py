"""What one row says, id by id: text, reasoning and tool calls, each only once it is certain."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .channels import Channels, Edge, Format, overlap
from .detokenizer import Characters
from .protocol import ToolCall, ToolCallDelta
from .tool_calls import CallReader, OpenCall


@dataclass
class Said:
    """What became certain."""

    text: str = ""
    reasoning: str = ""
    tool_calls: list[ToolCallDelta] = field(default_factory=list)

    def add(self, other: "Said") -> "Said":
        """Both, this one first."""
        return Said(
            self.text + other.text, self.reasoning + other.reasoning, self.tool_calls + other.tool_calls
        )


class RowText:
    """The channels of one row.

    Held back is what may still turn into a stop string or a marker, half a character, and the blank
    lines beside a marker, which part the channels and belong to none. Stop strings count in the answer
    alone; `stopped` tells that one completed, and the text ends before it.
    """

    def __init__(
        self,
        source: Characters,
        form: Format,
        stop: Sequence[str],
        *,
        calls: CallReader | None = None,
        reasoning: bool = False,
    ) -> None:
        self._characters = source
        self._channels = None if form.plain else Channels(form, reasoning=reasoning)
        self._stops = _StopStrings(stop)
        self._answer = _Lines(holds=any(edge.to == "call" for edge in form.edges.get("answer", ())))
        self._reasoning = _Lines(holds=True)
        self._reasoning.begin()
        self._calls = calls
        self._call: OpenCall | None = None
        self._before_call: tuple[Edge, str, bool] | None = None
        self._skip_text = self._skip_reasoning = 0
        self._held_ids = 0
        self.reasoning_tokens = 0

    @property
    def stopped(self) -> bool:
        return self._stops.stopped

    @property
    def calls(self) -> list[ToolCall]:
        """The calls that are whole."""
        return self._calls.calls if self._calls else []

    def push(self, token: int) -> Said:
        """Consume one token id and return what it makes certain."""
        return self._undelivered(self._advance(token))

    def replay(self, token_ids: Sequence[int], text: str, reasoning: str = "") -> Said:
        """Consume ids of which `text` and `reasoning` were delivered before; return what is certain beyond.

        Pieces of calls count as delivered. Raises ValueError when it is not the beginning of what they say.
        """
        said = Said()
        for token in token_ids:
            said = said.add(self._advance(token))
        # A row that ended by its length also delivered what was held back.
        held = self._held()
        if not (said.text + held.text).startswith(text):
            raise ValueError("The text already delivered is not the text of its tokens.")
        if not (said.reasoning + held.reasoning).startswith(reasoning):
            raise ValueError("The reasoning already delivered is not that of its tokens.")
        self._skip_text = max(0, len(text) - len(said.text))
        self._skip_reasoning = max(0, len(reasoning) - len(said.reasoning))
        return Said(said.text[len(text) :], said.reasoning[len(reasoning) :])

    def finish(self, *, complete: bool) -> Said:
        """What was held back. `complete`: the model ended here, so half a character shows as U+FFFD and a
        call may lack its end; otherwise both stay in the ids alone and a continuation completes them."""
        if self.stopped:
            return Said()
        said = self._take(self._characters.finish()) if complete else Said()
        if self._channels:
            pending, self._channels.pending = self._channels.pending, ""
            said = said.add(self._say(pending))
        if self._call and complete:
            said = said.add(self._close_call(""))
        said = said.add(Said(self._answer.push(self._stops.flush()) + self._answer.flush()))
        return self._undelivered(said.add(Said(reasoning=self._reasoning.flush())))

    def _advance(self, token: int) -> Said:
        if self.stopped:
            return Said()
        text = self._characters.push(token)
        if not self._channels:
            return Said(self._stops.push(text))
        before = self._channels.channel
        self._held_ids += 1
        said = self._take(text)
        if before == "reasoning":
            self.reasoning_tokens += 1
        elif self._channels.channel == "reasoning":
            # The ids of the marker that began it, which were held back.
            self.reasoning_tokens += self._held_ids
        if not self._channels.pending:
            self._held_ids = 0
        return said

    def _take(self, text: str) -> Said:
        if not self._channels:
            return Said(self._stops.push(text))
        said = Said()
        for piece in self._channels.feed(text):
            said = said.add(self._say(piece.text, piece.channel))
            if self.stopped:
                break
            if piece.edge:
                said = said.add(self._cross(piece.channel, piece.edge))
        return said

    def _say(self, text: str, channel: str | None = None) -> Said:
        """Text of one channel, the present one by default."""
        if not text or not self._channels:
            return Said()
        channel = channel or self._channels.channel
        if channel == "answer":
            return Said(self._answer.push(self._stops.push(self._answer.without_beginning(text))))
        if channel == "reasoning":
            return Said(reasoning=self._reasoning.push(self._reasoning.without_beginning(text)))
        if channel == "call" and self._call and self._calls:
            return Said(tool_calls=self._calls.stream(self._call, text))
        return Said()

    def _cross(self, channel: str, edge: Edge) -> Said:
        """Follow an edge out of `channel`."""
        if channel == "call":
            return self._close_call(edge.marker)
        if edge.to == channel:
            return Said()
        # What was held back became a marker: a reader who was given it has had too much.
        self._skip_text = self._skip_reasoning = 0
        said = Said(self._answer.push(self._stops.flush()))
        lines = self._answer if channel == "answer" else self._reasoning
        blank = lines.cut()
        (self._reasoning if edge.to == "reasoning" else self._answer).begin()
        if edge.to == "call" and self._calls:
            self._call = self._calls.open()
            self._before_call = edge, blank, channel == "reasoning"
        return said

    def _close_call(self, marker: str) -> Said:
        """The call is written: hand it over, or give it back as text, exactly as it was."""
        call, before = self._call, self._before_call
        if not call or not before or not self._calls or not self._channels:
            return Said()
        if marker and call.inside_string:
            # The marker is quoted in an argument.
            self._channels.put_back("call")
            return self._say(marker, "call")
        self._call = self._before_call = None
        deltas = self._calls.close(call)
        if deltas is not None:
            self._answer.begin()
            return Said(tool_calls=deltas)
        edge, blank, in_reasoning = before
        written = blank + edge.marker + call.body + marker
        if in_reasoning:
            self._channels.put_back("reasoning")
            self._reasoning.resume()
            return Said(reasoning=self._reasoning.push(written))
        self._answer.resume()
        return Said(self._answer.push(self._stops.push(written)))

    def _held(self) -> Said:
        """What `finish` would deliver of a row that was cut off here."""
        pending = self._channels.pending if self._channels else ""
        channel = self._channels.channel if self._channels else "answer"
        return Said(
            self._answer.held + self._stops.held + (pending if channel == "answer" else ""),
            self._reasoning.held + (pending if channel == "reasoning" else ""),
        )

    def _undelivered(self, said: Said) -> Said:
        """Drop what was delivered before a resume."""
        if self._skip_text or self._skip_reasoning:
            text, reasoning = said.text, said.reasoning
            said.text, said.reasoning = text[self._skip_text :], reasoning[self._skip_reasoning :]
            self._skip_text = max(0, self._skip_text - len(text))
            self._skip_reasoning = max(0, self._skip_reasoning - len(reasoning))
        return said


class _StopStrings:
    """Text up to the first of the stop strings."""

    def __init__(self, stop: Sequence[str]) -> None:
        self._words = [word for word in stop if word]
        self.held = ""
        self.stopped = False

    def push(self, text: str) -> str:
        if self.stopped:
            return ""
        if not self._words:
            return text
        pending = self.held + text
        cut = min((at for at in (pending.find(word) for word in self._words) if at >= 0), default=-1)
        if cut >= 0:
            self.stopped, self.held = True, ""
            return pending[:cut]
        keep = max(overlap(pending, word) for word in self._words)
        self.held = pending[len(pending) - keep :]
        return pending[: len(pending) - keep]

    def flush(self) -> str:
        held, self.held = self.held, ""
        return held


class _Lines:
    """Text without the blank lines at its borders to other channels."""

    def __init__(self, *, holds: bool) -> None:
        self._holds = holds
        self._beginning = False
        self.held = ""

    def begin(self) -> None:
        """A border lies here: what follows begins with its first line that is not blank."""
        self._beginning = True

    def resume(self) -> None:
        """There was no border here after all."""
        self._beginning = False

    def without_beginning(self, text: str) -> str:
        if not self._beginning:
            return text
        text = text.lstrip("\n")
        self._beginning = not text
        return text

    def push(self, text: str) -> str:
        if not self._holds:
            return text
        pending = self.held + text
        certain = pending.rstrip("\n")
        self.held = pending[len(certain) :]
        return certain

    def cut(self) -> str:
        """Drop the blank lines at the end, and return them."""
        return self.flush()

    def flush(self) -> str:
        held, self.held = self.held, ""
        return held
