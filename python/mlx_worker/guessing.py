"""What one row knows of guessing its tokens ahead; the MLX thread writes it, the other reads the receipt."""

from dataclasses import dataclass, field
from typing import Literal

from .prompt_lookup import PromptLookup
from .protocol import SpeculationReceipt

Method = Literal["draft", "prompt_lookup"]
# By how many ids the place found is the same: longer runs are copies, short ones often chance.
MATCHES = (10, 6, 4, 3, 2)
# How often a guess is right, before any was checked.
FIRST_CHANCES: dict[int, float] = {0: 0.7, 2: 0.3, 3: 0.5, 4: 0.6, 6: 0.8, 10: 0.9}
DRAFT = 0
ROW_RATE, MODEL_RATE = 0.15, 0.02


class Chances:
    """How often guesses of each source are right: `DRAFT`, or the shortest match of its class."""

    def __init__(self, chances: dict[int, float] = FIRST_CHANCES, rate: float = MODEL_RATE) -> None:
        self._chances = dict(chances)
        self._rate = rate

    def __getitem__(self, source: int) -> float:
        return self._chances[source]

    def learn(self, source: int, right: int, checked: int) -> None:
        """After a step: so many guesses in a row were right, of `checked`; the first wrong one ends it."""
        for outcome in [1.0] * right + [0.0] * (right < checked):
            self._chances[source] += self._rate * (outcome - self._chances[source])

    def copy(self) -> "Chances":
        """What a row begins with."""
        return Chances(self._chances, ROW_RATE)


def source_of(length: int) -> int:
    """The class of a match of so many ids."""
    return next(bound for bound in MATCHES if length >= bound)


@dataclass(eq=False)
class RowGuesses:
    """One row's guesses: where they come from, how often they were right, and what they brought.

    `seconds` are those its steps took, `plain_seconds` those that one token a step would have taken, as
    measured meanwhile, of which `measured` are the row's own.
    """

    lookup: PromptLookup = field(default_factory=PromptLookup)
    chances: Chances | None = None
    declined: dict[Method, int] = field(default_factory=lambda: {"draft": 0, "prompt_lookup": 0})
    measured: int = 0
    steps: int = 0
    drafted: dict[Method, int] = field(default_factory=lambda: {"draft": 0, "prompt_lookup": 0})
    accepted: dict[Method, int] = field(default_factory=lambda: {"draft": 0, "prompt_lookup": 0})
    seconds: float = 0.0
    plain_seconds: float = 0.0

    def count(self, method: Method, drafted: int, accepted: int) -> None:
        """After a step that checked guesses."""
        self.steps += 1
        self.drafted[method] += drafted
        self.accepted[method] += accepted

    def receipt(self) -> SpeculationReceipt | None:
        """None when nothing was guessed. `method` is the one that was right more often."""
        drafted = sum(self.drafted.values())
        if not drafted:
            return None
        method: Method = max(self.accepted, key=lambda one: (self.accepted[one], self.drafted[one]))
        gain = self.plain_seconds / self.seconds if self.seconds > 0 else 1.0
        return SpeculationReceipt(method, drafted, sum(self.accepted.values()), self.steps, gain)
