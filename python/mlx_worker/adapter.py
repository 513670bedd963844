"""Feeds prompts to mlx_lm's layer caches and lets their rows decode together.

mlx_lm's BatchGenerator decodes and prefills in one fixed order, with one chunk size and all waiting
prompts padded to the longest. `RowBatch` has a decoding half of its own (decoding.py) and feeds prompts
one at a time as generate_step does, so that the scheduler decides the order and the size. What both ask
of mlx_lm's caches (merge, extend, filter, extract, trim) changes with its releases.
"""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import mlx.core as mx
from mlx.utils import tree_reduce

from .imports import import_mlx_lm

import_mlx_lm()

import mlx_lm  # noqa: E402
from mlx_lm.models.cache import can_trim_prompt_cache, make_prompt_cache, trim_prompt_cache  # noqa: E402

from .blas_threads import BlasThreads  # noqa: E402
from .constrained import Constrained  # noqa: E402
from .decoding import Decoding, Float32Logits  # noqa: E402
from .groups import Group, Groups, growth  # noqa: E402
from .layers import can_cut, can_pad, copy_layers, grow_by, own_layers  # noqa: E402
from .likelihoods import Likelihood  # noqa: E402
from .radix import common_length  # noqa: E402
from .sampling import RowSampling  # noqa: E402
from .speculation import Speculation  # noqa: E402

SUPPORTED_VERSION = "0.32.2"


def check_version() -> None:
    """Raises RuntimeError when the installed mlx_lm is not the one this module was written for."""
    if mlx_lm.__version__ != SUPPORTED_VERSION:
        raise RuntimeError(f"adapter.py is written for mlx_lm {SUPPORTED_VERSION}, not {mlx_lm.__version__}.")


@dataclass
class Prompt:
    """One row's prompt on its way into the cache. `done` and `total` count tokens, cached ones included.

    `reached` is called when the cache holds exactly as many tokens as one of `checkpoints`.
    """

    key: Any
    cache: list[Any]
    token_ids: list[int]
    done: int
    sampling: RowSampling
    max_tokens: int
    checkpoints: list[int] = field(default_factory=list)
    reached: Callable[["Prompt"], None] = lambda prompt: None

    @property
    def total(self) -> int:
        return len(self.token_ids)


@dataclass
class Decoded:
    """One row's token of one step. `end`: "stop" (an end token), "length", or None.

    With its end come its layers and the ids that they hold. `broken`: NaN logits, or its step `failed`.
    `likelihood` is for rows that ask for log-probabilities.
    """

    key: Any
    token: int
    end: str | None
    broken: bool
    left: "Left | None" = None
    failed: Exception | None = None
    likelihood: Likelihood | None = None


@dataclass
class Left:
    """What a row leaves behind: layers that hold exactly `token_ids`."""

    key: Any
    token_ids: list[int]
    layers: list[Any]


class RowBatch:
    """Rows of one model: prompts being prefilled one at a time, and groups of rows being decoded.

    `key` is whatever the caller tells rows apart by.
    """

    def __init__(
        self, model: Any, end_token_ids: Iterable[int], speculation: Speculation | None = None
    ) -> None:
        # mlx_lm asks for a Module and only calls it.
        self._model: Any = Float32Logits(model)
        self._cache_source = model
        self._ends = frozenset(end_token_ids)
        self._threads = BlasThreads()
        self._speculation = speculation or Speculation()
        self._groups = Groups(tree_reduce(lambda size, array: size + array.nbytes, model.parameters(), 0))

    def __len__(self) -> int:
        return len(self._groups)

    def begin(
        self,
        key: Any,
        token_ids: Sequence[int],
        *,
        max_tokens: int,
        sampling: RowSampling,
        cache: list[Any] | None = None,
        cached: int = 0,
        checkpoints: Iterable[int] = (),
        reached: Callable[[Prompt], None] = lambda prompt: None,
    ) -> Prompt:
        """Prepare a prompt; nothing is computed yet.

        `cache` holds the first `cached` ids already. One id is always fed, since its logits choose
        the next token: when `cached` covers the whole prompt, one token is trimmed and fed again.
        Raises ValueError for an empty prompt, or a full cache that cannot be trimmed.
        """
        ids = list(token_ids)
        if not ids:
            raise ValueError("An empty prompt has no next token.")
        if cache is None:
            cache, cached = make_prompt_cache(self._cache_source), 0
        if cached >= len(ids):
            surplus = cached - len(ids) + 1
            if not can_trim_prompt_cache(cache):
                raise ValueError("This cache cannot be trimmed.")
            trim_prompt_cache(cache, surplus)
            cached = len(ids) - 1
        stops = sorted(stop for stop in checkpoints if cached < stop < len(ids))
        return Prompt(key, cache, ids, cached, sampling, max_tokens, stops, reached)

    def prefill(self, prompt: Prompt, limit: int) -> bool:
        """Feed up to `limit` tokens. True when the prompt is in: the row then decodes."""
        end = min(prompt.done + limit, prompt.total - 1)
        while prompt.done < end:
            self._feed(prompt, min([end, *(stop for stop in prompt.checkpoints if stop > prompt.done)]))
        if prompt.done < prompt.total - 1:
            return False
        self._speculation.interrupt()
        self._groups.add(self._start(prompt))
        prompt.done = prompt.total
        return True

    def _feed(self, prompt: Prompt, end: int) -> None:
        self._speculation.interrupt()
        with contextlib.nullcontext() if len(self) else self._threads.feeding(end - prompt.done):
            self._model(mx.array([prompt.token_ids[prompt.done : end]]), cache=prompt.cache)
            mx.eval([layer.state for layer in prompt.cache])
        prompt.done = end
        if end in prompt.checkpoints:
            prompt.reached(prompt)

    def can_feed_together(self, prompt: Prompt) -> bool:
        """Whether `feed_together` takes this prompt: nothing of it is in, and its cache can be padded."""
        plain = prompt.sampling.constraint is None and not prompt.checkpoints
        return plain and prompt.done == 0 and can_pad(prompt.cache)

    def feed_together(self, prompts: list[Prompt]) -> None:
        """Feed several short prompts whole, in one padded pass; their rows then decode.

        The weights are read once for all of them, and once more for their last ids.
        """
        lengths = [prompt.total - 1 for prompt in prompts]
        longest = max(lengths)
        missing = [longest - length for length in lengths]
        layers = [one[0].merge(list(one)) for one in zip(*(prompt.cache for prompt in prompts), strict=True)]
        grow_by(layers, growth(longest))
        if longest:
            for layer in layers:
                layer.prepare(lengths=lengths, right_padding=missing)
            padded = [one.token_ids[:-1] + [0] * short for one, short in zip(prompts, missing, strict=True)]
            self._model(mx.array(padded), cache=layers)
            for layer in layers:
                layer.finalize()
            mx.eval([layer.state for layer in layers])
        self._speculation.interrupt()
        self._groups.add(self._start_together(prompts, layers))
        for prompt in prompts:
            prompt.done = prompt.total

    def _start_together(self, prompts: list[Prompt], layers: list[Any]) -> Group:
        group = Decoding(
            self._model,
            [prompt.key for prompt in prompts],
            mx.array([prompt.token_ids[-1] for prompt in prompts]),
            layers,
            [prompt.token_ids[:-1] for prompt in prompts],
            [prompt.sampling for prompt in prompts],
            self._ends,
            [prompt.max_tokens for prompt in prompts],
        )
        group.merged = True
        return group

    def _start(self, prompt: Prompt) -> Group:
        """A group of this row alone; feeds the last id of its prompt."""
        kind = Decoding if prompt.sampling.constraint is None else Constrained
        return kind(
            self._model,
            [prompt.key],
            mx.array(prompt.token_ids[-1:]),
            prompt.cache,
            [prompt.token_ids[:-1]],
            [prompt.sampling],
            self._ends,
            [prompt.max_tokens],
        )

    def decode(self) -> list[Decoded]:
        """One step of every decoding row; rows that end leave. A lone row may say several tokens.

        Rows whose step raised come back `failed`; those of other groups go on.
        """
        decoded: list[Decoded] = []
        alone = len(self._groups) == 1
        if not alone:
            self._speculation.interrupt()
        for group in list(self._groups):
            keys = list(group.uids)
            try:
                decoded += self._step(group, self._speculation.step if alone else None)
            except Exception as error:
                self._groups.drop(group)
                decoded += [Decoded(key, 0, None, broken=True, failed=error) for key in keys]
        broken = [row.key for row in decoded if row.broken and row.end is None]
        if broken:
            self.remove(broken)
        elif any(row.end for row in decoded):
            self._groups.settle()
        self._groups.stepped()
        return decoded

    def _step(self, group: Any, step: Callable[[Any], list[Any]] | None) -> list[Decoded]:
        decoded = [
            Decoded(r.uid, r.token, r.finish_reason, r.broken, self._left(group, r), r.failed, r.likelihood)
            for r in (step(group) if step else group.next())
        ]
        if group.uids and any(row.end for row in decoded):
            group.settle()
        return decoded

    def _left(self, group: Any, response: Any) -> Left | None:
        if response.prompt_cache is None:
            return None
        if group.merged:
            own_layers(response.prompt_cache)
        return Left(response.uid, response.all_tokens, response.prompt_cache)

    def copy_beginning(self, key: Any, tokens: int) -> list[Any] | None:
        """Layers with the first `tokens` ids of a decoding row, which goes on; None if they cannot be cut."""
        found = self._groups.find(key)
        if found is None:
            return None
        group, index = found
        layers, held = group.extract_cache(index), len(group.tokens[index])
        if tokens > held or not (tokens == held or can_cut(layers)):
            return None
        layers = copy_layers(layers, held - tokens)
        # At once: the row's next step would otherwise copy its whole cache for the sake of this one.
        own_layers(layers)
        return layers

    def shared(self, token_ids: list[int]) -> tuple[Any, int]:
        """The decoding row that begins most like `token_ids`, and how many ids they share."""
        best: tuple[Any, int] = (None, 0)
        for group in self._groups:
            for key, held in zip(group.uids, group.tokens, strict=True):
                length = common_length(held, token_ids)
                if length > best[1]:
                    best = key, length
        return best

    def park(self, key: Any) -> Group | None:
        """Take a row out with its cache and its state, for `unpark`; None for an unknown one."""
        group = self._groups.take(key)
        if group is not None:
            # A slice of a batch would keep all of it alive.
            own_layers(group.prompt_cache)
        return group

    def unpark(self, group: Group) -> None:
        """Let a parked row go on where it was."""
        self._speculation.interrupt()
        self._groups.add(group)

    def take(self, key: Any) -> Left | None:
        """Take a row out of the decoding batch with what it leaves; None for an unknown one."""
        group = self.park(key)
        return None if group is None else leave(group)

    def remove(self, keys: Iterable[Any]) -> None:
        """Take rows out of the decoding batch; unknown ones are ignored."""
        self._groups.remove(keys)

    def clear(self) -> list[Any]:
        """Drop every decoding row and return their keys."""
        keys = self._groups.keys
        self._groups.clear()
        return keys

    def cache_bytes(self) -> tuple[int, int]:
        """What the caches of decoding rows take, and what their tokens need."""
        return self._groups.bytes()


def leave(group: Group) -> Left:
    """What a parked row leaves when it does not go on."""
    return Left(group.uids[0], group.tokens[0], group.extract_cache(0))
