"""Several tokens a step for a row that decodes alone, where guessing ahead was measured to pay.

Guesses come from the row's own text (prompt_lookup.py) or from a small model (draft.py). The model checks
them all in one pass (https://arxiv.org/abs/2211.17192); as each is compared with the token that the row's
own parameters, seed and position choose, the answer is the one without guesses.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import mlx.core as mx

from .decoding import Decoding, Response
from .draft import DraftModel
from .guessing import DRAFT, Chances, Method, RowGuesses, source_of
from .pace import COUNTS, Pace
from .prompt_lookup import Match

# What was declined as not worth it is tried again so rarely: texts and the load of the machine change.
PROBE_EVERY = 64
# By so much guesses must promise to be faster: less is the noise of the measurements.
MARGIN = 1.1
# A row begins with so many plain steps, and after so many with guesses there is one more measured: what else
# the machine does changes, and the comparison must be with the present.
FIRST_PLAIN, COMPARE_EVERY = 5, 48


@dataclass(frozen=True)
class Plan:
    """To check `count` guesses, by `method`; `speed` in tokens per second, as expected."""

    method: Method
    source: int
    count: int
    speed: float
    match: Match | None = None


class Speculation:
    """Decides for each step of a lone row between one token and checking guesses; one for each model."""

    def __init__(self, draft: DraftModel | None = None, pace: Pace | None = None) -> None:
        self._draft = draft
        self._pace = pace or Pace()
        self._chances = Chances()
        self._ended_at: float | None = None
        self._was_plain = False
        self._since_plain = 0

    def interrupt(self) -> None:
        """Something else was computed: the time since the last step is not that of the next one."""
        self._ended_at = None

    def step(self, group: Any) -> list[Response]:
        """One step of a group that is alone, as its `next`; of several tokens where guesses were right."""
        row: RowGuesses | None = group.sampling[0].guesses
        if row is None or len(group.uids) > 1 or not isinstance(group, Decoding):
            self.interrupt()
            return group.next()
        plan = self._plan(group, row)
        checked = None if plan is None else self._check(group, row, plan)
        responses = group.next() if checked is None else checked
        self._account(row, len(responses), plain=plan is None)
        return responses

    def _account(self, row: RowGuesses, tokens: int, *, plain: bool) -> None:
        ended = time.perf_counter()
        if self._ended_at is not None:
            taken = ended - self._ended_at
            # A plain step begins while the one before it is computed, if that was plain too.
            if plain and self._was_plain:
                self._pace.measure_plain(taken)
                self._since_plain = 0
                row.measured += 1
            if self._pace.plain is not None:
                row.seconds += taken
                row.plain_seconds += tokens * self._pace.plain
        self._was_plain = plain and self._ended_at is not None
        self._ended_at = ended

    def _plan(self, group: Decoding, row: RowGuesses) -> Plan | None:
        """What to guess, as far as can be said before the next token is known."""
        if row.chances is None:
            row.chances = self._chances.copy()
        caught_up = row.lookup.follow(group.tokens[0])
        if row.measured < FIRST_PLAIN or self._pace.plain is None or self._since_plain >= COMPARE_EVERY:
            return None
        plans = [self._by_lookup(group, row)] if caught_up else []
        if self._draft is not None:
            plans.append(self._choose(group, row, "draft", DRAFT))
        return self._worth(row, plans)

    def _by_lookup(self, group: Decoding, row: RowGuesses) -> Plan | None:
        match = row.lookup.find()
        if match is None:
            return None
        plan = self._choose(group, row, "prompt_lookup", source_of(match.length))
        return plan and replace(plan, match=match)

    def _choose(self, group: Decoding, row: RowGuesses, method: Method, source: int) -> Plan | None:
        """The best number of guesses from one source; None where none can be checked."""
        most = min(COUNTS[-1], group.max_tokens[0] - 1)
        while most >= COUNTS[0] and not group.can_verify(most):
            most //= 2
        if most < COUNTS[0]:
            return None
        chances = row.chances or self._chances
        count, speed = self._pace.best(method, chances[source], most)
        return Plan(method, source, count, speed) if count else None

    def _worth(self, row: RowGuesses, plans: Iterable[Plan | None]) -> Plan | None:
        """The fastest plan, if it beats one token a step, or now and then to see whether it would."""
        best = max((plan for plan in plans if plan), key=lambda plan: plan.speed, default=None)
        if best is None or best.speed * (self._pace.plain or 0) > MARGIN:
            return best
        row.declined[best.method] += 1
        return None if row.declined[best.method] % PROBE_EVERY else best

    def _check(self, group: Decoding, row: RowGuesses, plan: Plan) -> list[Response] | None:
        """The step with guesses; None when there are none after all, the next token being known."""
        waited = time.perf_counter()
        pending = group.pending()
        waited = time.perf_counter() - waited
        if len(row.lookup) == len(group.tokens[0]):
            row.lookup.push(pending)
        if plan.match is not None:
            match = row.lookup.find()
            if match is None or source_of(match.length) < plan.source:
                # Found before the next token was known: it went on differently there.
                self._learn(row, plan.source, 0, 1)
                return None
            plan = replace(plan, match=match, source=source_of(match.length))
        guesses = self._guess(group, row, plan, pending)
        if guesses is None:
            return None
        responses = group.verify(guesses)
        right = len(responses) - 1
        row.count(plan.method, plan.count, right)
        self._learn(row, plan.source, right, right if responses[-1].finish_reason else plan.count)
        if plan.method == "draft" and self._draft is not None:
            self._draft.learn([response.token for response in responses[1:]], plan.count)
        if self._ended_at is not None:
            self._pace.measure(plan.method, plan.count, time.perf_counter() - self._ended_at - waited)
        self._since_plain += 1
        return responses

    def _guess(self, group: Decoding, row: RowGuesses, plan: Plan, pending: int) -> mx.array | None:
        if plan.match is not None:
            return mx.array(row.lookup.guesses(plan.match, plan.count))
        known = group.tokens[0]
        if self._draft is None or not self._draft.follow(row, known):
            return None
        return self._draft.guess(group.sampling[0], known, pending, plan.count)

    def _learn(self, row: RowGuesses, source: int, right: int, checked: int) -> None:
        for chances in (row.chances, self._chances):
            if chances is not None:
                chances.learn(source, right, checked)
