"""Prompt-lookup decoding (https://github.com/apoorvumang/prompt-lookup-decoding): an answer that copies from
its prompt, or from itself, goes on as the text went on where the same words stood before."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

# The shortest run of ids that counts as the same words, and the longest that is told apart.
LEAST_MATCH, MOST_MATCH = 2, 16
# Places with the same two last ids that are looked at, latest first.
MOST_PLACES = 8
# Ids taken in at once: a few milliseconds, so that a long prompt holds up no step.
TAKEN_AT_ONCE = 8192


@dataclass(frozen=True)
class Match:
    """The last `length` ids stood before; what followed them there begins at `start`."""

    length: int
    start: int


class PromptLookup:
    """The ids of one row, prompt and completion, by the pairs of ids that stand in them."""

    def __init__(self) -> None:
        self._ids: list[int] = []
        # Of the id at each place: the place before it that followed the same two ids, or -1.
        self._earlier = array("i")
        self._latest: dict[tuple[int, int], int] = {}

    def __len__(self) -> int:
        return len(self._ids)

    def follow(self, ids: Sequence[int]) -> bool:
        """Take in those of the row's `ids` that are not known yet; False when there are too many for once."""
        start = len(self._ids)
        for token in ids[start : start + TAKEN_AT_ONCE]:
            self.push(token)
        return len(self._ids) >= len(ids)

    def push(self, token: int) -> None:
        """Take in the id that is sure to come next."""
        ids = self._ids
        place = len(ids)
        if place >= LEAST_MATCH:
            pair = (ids[-2], ids[-1])
            self._earlier.append(self._latest.get(pair, -1))
            self._latest[pair] = place
        else:
            self._earlier.append(-1)
        ids.append(token)

    def find(self) -> Match | None:
        """The longest run of last ids that stood before, the latest of equally long ones."""
        ids = self._ids
        if len(ids) <= LEAST_MATCH:
            return None
        place = self._latest.get((ids[-2], ids[-1]), -1)
        best: Match | None = None
        for _ in range(MOST_PLACES):
            if place < 0:
                break
            length = self._common(place)
            if best is None or length > best.length:
                best = Match(length, place)
            if length >= MOST_MATCH:
                break
            place = self._earlier[place]
        return best

    def guesses(self, match: Match, count: int) -> list[int]:
        """What comes next if it goes on as it did there; a run that reaches the end repeats itself."""
        known = self._ids[match.start : match.start + count]
        while len(known) < count:
            known.append(known[len(known) - (len(self._ids) - match.start)])
        return known

    def _common(self, place: int) -> int:
        """How many ids before `place` are the last ones, in order."""
        ids, end = self._ids, len(self._ids)
        length = LEAST_MATCH
        most = min(MOST_MATCH, place)
        while length < most and ids[place - 1 - length] == ids[end - 1 - length]:
            length += 1
        return length
