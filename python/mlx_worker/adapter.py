"""The one module that touches mlx_lm's batch API, which changes with every release.

mlx_lm's BatchGenerator decodes and prefills in one fixed order, one shared chunk size, all waiting
prompts padded to the longest. `RowBatch` uses its two halves, PromptProcessingBatch and
GenerationBatch, one prompt at a time, so that the scheduler decides the order and the size.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import mlx.core as mx

from .imports import import_mlx_lm

import_mlx_lm()

import mlx_lm  # noqa: E402
from mlx_lm.generate import GenerationBatch, PromptProcessingBatch, StopSequences  # noqa: E402
from mlx_lm.models.cache import can_trim_prompt_cache, make_prompt_cache, trim_prompt_cache  # noqa: E402
from mlx_lm.sample_utils import make_repetition_penalty  # noqa: E402

from .sampling import Sampler, greedy  # noqa: E402

SUPPORTED_VERSION = "0.32.2"


def check_version() -> None:
    """Raises RuntimeError when the installed mlx_lm is not the one this module was written for."""
    if mlx_lm.__version__ != SUPPORTED_VERSION:
        raise RuntimeError(f"adapter.py is written for mlx_lm {SUPPORTED_VERSION}, not {mlx_lm.__version__}.")


@dataclass
class Prompt:
    """One row's prompt on its way into the cache. `done` and `total` count tokens, cached ones included."""

    key: Any
    batch: PromptProcessingBatch
    remaining: list[int]
    done: int
    total: int


@dataclass
class Decoded:
    """One row's token of one step. `end`: "stop" (an end token), "length", or None. `broken`: NaN logits."""

    key: Any
    token: int
    end: str | None
    broken: bool


class RowBatch:
    """Rows of one model: prompts being prefilled one at a time, and one batch being decoded.

    `key` is whatever the caller tells rows apart by.
    """

    def __init__(self, model: Any, end_token_ids: Iterable[int]) -> None:
        # mlx_lm asks for a Module and only calls it.
        self._model: Any = _LastLogits(model)
        self._cache_source = model
        self._ends = StopSequences([[token] for token in sorted(end_token_ids)] or None)
        self._decoding = GenerationBatch.empty(self._model, greedy)

    def __len__(self) -> int:
        return len(self._decoding)

    def begin(
        self,
        key: Any,
        token_ids: Sequence[int],
        *,
        max_tokens: int,
        sampler: Sampler,
        repetition_penalty: float = 1,
        cache: list[Any] | None = None,
        cached: int = 0,
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
        processors = [] if repetition_penalty == 1 else [make_repetition_penalty(repetition_penalty)]
        batch = PromptProcessingBatch(
            model=self._model,
            uids=[key],
            caches=[cache],
            tokens=[ids[:cached]],
            samplers=[sampler],
            fallback_sampler=greedy,
            logits_processors=[processors],
            stop_sequences=[self._ends],
            max_tokens=[max_tokens],
        )
        return Prompt(key, batch, ids[cached:], cached, len(ids))

    def prefill(self, prompt: Prompt, limit: int) -> bool:
        """Feed up to `limit` tokens. True when the prompt is in: the row then decodes."""
        chunk = prompt.remaining[: min(limit, len(prompt.remaining) - 1)]
        if chunk:
            prompt.batch.prefill_step_size = len(chunk)
            prompt.batch.prompt([chunk])
            prompt.remaining = prompt.remaining[len(chunk) :]
            prompt.done += len(chunk)
        if len(prompt.remaining) > 1:
            return False
        started = prompt.batch.generate([prompt.remaining])
        prompt.remaining, prompt.done = [], prompt.total
        if len(self._decoding):
            self._decoding.extend(started)
        else:
            self._decoding = started
        return True

    def decode(self) -> list[Decoded]:
        """One step of every decoding row; rows that end leave the batch."""
        responses = self._decoding.next()
        decoded = [Decoded(r.uid, r.token, r.finish_reason, _is_broken(r.logprobs)) for r in responses]
        broken = [row.key for row in decoded if row.broken and row.end is None]
        if broken:
            self.remove(broken)
        return decoded

    def remove(self, keys: Iterable[Any]) -> None:
        """Take rows out of the decoding batch; unknown ones are ignored."""
        leaving = set(map(id, keys))
        keep = [index for index, key in enumerate(self._decoding.uids) if id(key) not in leaving]
        if len(keep) == len(self._decoding):
            return
        if keep:
            self._decoding.filter(keep)
        else:
            self.clear()

    def clear(self) -> list[Any]:
        """Drop every decoding row and return their keys."""
        keys = list(self._decoding.uids)
        self._decoding = GenerationBatch.empty(self._model, greedy)
        return keys


class _LastLogits:
    """The model, answering with the last position's logits in float32.

    Sampling in half precision loses ties and seeds, and prefill never looks at the other positions.
    """

    def __init__(self, model: Callable[..., mx.array]) -> None:
        self._model = model

    def __call__(self, tokens: mx.array, cache: list[Any]) -> mx.array:
        return self._model(tokens, cache=cache)[:, -1:, :].astype(mx.float32)


def _is_broken(logprobs: mx.array) -> bool:
    """Whether a row's logits held NaN, an infinity, or no finite value at all.

    Each spoils the log-sum-exp and with it every log-probability, so one is enough to look at, unless
    that one is a legitimate -inf (a masked token).
    The buffer is read in place: indexing the array would cost a kernel per row and token.
    """
    buffer: Any = logprobs
    first = memoryview(buffer)[0]
    if first == -math.inf:
        return bool(mx.isnan(logprobs).any().item())
    return first != first
