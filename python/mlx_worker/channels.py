"""Parting the text of an answer into its channels: reasoning, the answer itself, tool calls.

The markers are those that mlx_lm's TokenizerWrapper infers, and the edges those of its
make_text_state_machine, with two differences: a call is looked for only where tools were offered, and a
tag such as `<think>` opens reasoning only at the beginning, so that an answer may speak about it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

Channel = Literal["answer", "reasoning", "call", "header"]

# mlx_lm's names of the channels; what a header says is dropped.
CHANNELS: dict[str, Channel] = {
    "normal": "answer",
    "reasoning": "reasoning",
    "tool": "call",
    "header": "header",
}
BLANK = "\n "
PLAIN_TAG = re.compile(r"<[\w-]+>")


@dataclass(frozen=True)
class Edge:
    """A marker and the channel that follows it."""

    marker: str
    to: Channel


@dataclass(frozen=True)
class Piece:
    """Text of one channel, and the edge that ended it there, if any."""

    channel: Channel
    text: str
    edge: Edge | None = None


@dataclass(frozen=True)
class Format:
    """How a model marks its channels. `opening` counts only before the first word of an answer."""

    edges: dict[Channel, tuple[Edge, ...]]
    opening: Edge | None
    initial: Channel

    @property
    def plain(self) -> bool:
        """Whether there is nothing to look for."""
        return not self.opening and not any(self.edges.values())


PLAIN = Format({}, None, "answer")


def channel_format(wrapper: Any, *, tools: bool) -> Format:
    """The format of the model behind mlx_lm's `wrapper`; `tools`: calls may come."""
    edges: dict[Channel, list[Edge]] = {"answer": [], "reasoning": [], "call": [], "header": []}
    opening: Edge | None = None
    if wrapper.has_thinking:
        starts = Edge(wrapper.think_start, "reasoning")
        if PLAIN_TAG.fullmatch(starts.marker):
            opening = starts
        else:
            edges["answer"].append(starts)
        edges["reasoning"].append(Edge(wrapper.think_end, "answer"))
    transitions = wrapper.response_transitions
    if wrapper.has_tool_calling and tools:
        # A response format that leads to calls decides where they start.
        if not any(to == "tool" for pairs in transitions.values() for _, to in pairs):
            edges["answer"].append(Edge(wrapper.tool_call_start, "call"))
        if wrapper.has_thinking:
            edges["reasoning"].append(Edge(wrapper.tool_call_start, "call"))
    if wrapper.has_tool_calling and wrapper.tool_call_end:
        edges["call"].append(Edge(wrapper.tool_call_end, "answer"))
    edges["answer"] += [Edge(marker, "answer") for marker in wrapper.structural_markers]
    for source, pairs in transitions.items():
        edges[CHANNELS[source]] += [Edge(marker, CHANNELS[to]) for marker, to in pairs]
    calls = any(edge.to == "call" for leaving in edges.values() for edge in leaving)
    if not calls:
        edges["call"] = []
    initial = CHANNELS[wrapper.response_initial_state or "normal"]
    return Format({channel: tuple(leaving) for channel, leaving in edges.items()}, opening, initial)


class Channels:
    """Where in its format a row's text is. What may become a marker is held back in `pending`."""

    def __init__(self, form: Format, *, reasoning: bool) -> None:
        self._edges = form.edges
        self._opening = None if reasoning else form.opening
        self.channel: Channel = "reasoning" if reasoning else form.initial
        self.pending = ""

    def feed(self, text: str) -> Iterator[Piece]:
        """The pieces that `text` makes certain, in order; a reader may `put_back` between two of them."""
        self.pending += text
        if self._opening is not None:
            if self._may_open(self._opening.marker):
                return
            edge, self._opening = self._opening, None
            if self.pending.lstrip(BLANK).startswith(edge.marker):
                yield self._follow(edge, self.pending.index(edge.marker), dropped=True)
        while (found := self._first_edge()) is not None:
            yield self._follow(*found)
        keep = max((overlap(self.pending, edge.marker) for edge in self._edges[self.channel]), default=0)
        certain = len(self.pending) - keep
        if certain:
            piece = Piece(self.channel, self.pending[:certain])
            self.pending = self.pending[certain:]
            yield piece

    def put_back(self, channel: Channel) -> None:
        """Go on in `channel`: what looked like an edge was none."""
        self.channel = channel

    def _may_open(self, marker: str) -> bool:
        """Whether it is still open if the text begins with `marker`."""
        written = self.pending.lstrip(BLANK)
        return len(written) < len(marker) and marker.startswith(written)

    def _first_edge(self) -> tuple[Edge, int] | None:
        """The edge whose marker is complete first, as reading letter by letter would find it."""
        found = [(edge, self.pending.find(edge.marker)) for edge in self._edges[self.channel]]
        ends = [(at + len(edge.marker), edge, at) for edge, at in found if at >= 0]
        if not ends:
            return None
        _, edge, at = min(ends, key=lambda end: end[0])
        return edge, at

    def _follow(self, edge: Edge, at: int, *, dropped: bool = False) -> Piece:
        piece = Piece(self.channel, "" if dropped else self.pending[:at], edge)
        self.channel = edge.to
        self.pending = self.pending[at + len(edge.marker) :]
        return piece


def overlap(text: str, word: str) -> int:
    """Length of the longest end of `text` that begins `word` without being all of it."""
    for length in range(min(len(word) - 1, len(text)), 0, -1):
        if text.endswith(word[:length]):
            return length
    return 0
