"""What steps cost, as measured on this model, and how many guesses are worth checking in one."""

from collections import deque

from .guessing import Method

# Guesses checked in one step; 0 is a plain step.
COUNTS = (2, 4, 8, 16)
# Of each kind of step the last so many are known; their median ignores what else the machine did.
REMEMBERED = 9
# Before that: plain steps needed for a comparison, and what a guess is taken to cost until it was tried.
LEAST_PLAIN = 3
HOPED_COST = {"prompt_lookup": 0.05, "draft": 0.15}


class Pace:
    """Seconds of plain steps and of those that check guesses, by method and number."""

    def __init__(self) -> None:
        self._plain = Median()
        self._checks: dict[tuple[Method, int], Median] = {}

    @property
    def plain(self) -> float | None:
        """Seconds of a step of one token; None until a few were measured."""
        return self._plain.value if len(self._plain) >= LEAST_PLAIN else None

    def measure_plain(self, seconds: float) -> None:
        self._plain.add(seconds)

    def measure(self, method: Method, count: int, seconds: float) -> None:
        """After a step that checked `count` guesses; the first of its kind also warms up, and is left out."""
        known = self._checks.get((method, count))
        if known is None:
            self._checks[method, count] = Median()
        else:
            known.add(seconds)

    def best(self, method: Method, chance: float, most: int) -> tuple[int, float]:
        """The number of guesses, up to `most`, at which a step brings most tokens a second, and how many.

        `chance`: how often one guess is right. (0, 0.0) when there is no room for any.
        """
        return max(
            (
                (count, expected(chance, count) / self._cost(method, count))
                for count in COUNTS
                if count <= most
            ),
            key=lambda found: found[1],
            default=(0, 0.0),
        )

    def _cost(self, method: Method, count: int) -> float:
        """Seconds; never less than those of a step with fewer guesses, whatever the noise said."""
        cost, last = self._plain.value, 0
        for one in COUNTS[: COUNTS.index(count) + 1]:
            known = self._checks.get((method, one))
            # Hopeful where it was not tried, so that it is tried when it may win.
            hoped = cost + self._plain.value * HOPED_COST[method] * (one - last)
            cost, last = max(cost, known.value) if known else hoped, one
        return cost


class Median:
    """The middle of the last few values."""

    def __init__(self) -> None:
        self._values: deque[float] = deque(maxlen=REMEMBERED)
        self.value = 0.0

    def __len__(self) -> int:
        return len(self._values)

    def add(self, value: float) -> None:
        self._values.append(value)
        self.value = sorted(self._values)[len(self._values) // 2]


def expected(chance: float, count: int) -> float:
    """Tokens of a step that checks `count` guesses, each right with this chance if those before it were.

    Formula 1 of https://arxiv.org/abs/2211.17192.
    """
    return count + 1 if chance >= 1 else (1 - chance ** (count + 1)) / (1 - chance)
