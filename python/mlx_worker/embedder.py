"""Texts to unit vectors: tokenise, batch by tokens, encode, normalise, in the order they came."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import mlx.core as mx
from tokenizers import Tokenizer

from .embedding_settings import EmbeddingSettings
from .host import device
from .protocol import EmbedKind

# On a CPU large temporaries leave the caches; on a GPU small batches leave it idle.
CPU_BATCH_TOKENS, GPU_BATCH_TOKENS = 256, 8192
# Texts that are tokenised and sorted by length together: tokenising more delays whoever waits.
WINDOW_TEXTS = 256
MAX_STREAMS = 4
EMPTY_VECTOR = 1e-12

# `tokens` [batch, length] padded on the right, `lengths` [batch] -> [batch, size], of any length.
Encoder = Callable[[mx.array, mx.array], mx.array]


@dataclass
class Embedded:
    """Vectors by position among the texts, the tokens they took, and how many texts were cut."""

    vectors: dict[int, list[float]]
    tokens: int
    truncated: int


class Embedder:
    """A model that embeds, with its tokenizer. Texts of more than `max_tokens` are cut there.

    `end_token` closes every text, where the tokenizer does not write it by itself. Belongs to the thread
    that made it.
    """

    def __init__(
        self,
        encode: Encoder,
        tokenizer: Tokenizer,
        settings: EmbeddingSettings,
        max_tokens: int,
        end_token: int | None = None,
    ) -> None:
        tokenizer.no_padding()
        if end_token is not None and tokenizer.encode("").ids[-1:] == [end_token]:
            end_token = None
        tokenizer.enable_truncation(max_tokens if end_token is None else max_tokens - 1)
        self._encode = encode
        self._settings = settings
        self._end = [] if end_token is None else [end_token]
        self._streams = _streams()
        self._batch_tokens = CPU_BATCH_TOKENS if device() == "cpu" else GPU_BATCH_TOKENS
        self.tokenizer = tokenizer
        self.max_tokens = max_tokens

    def embed(self, texts: Sequence[str], kind: EmbedKind = "document") -> Iterator[Embedded]:
        """Yield parts of the answer; each takes about as long as one batch."""
        prompt = self._settings.prompts.get(kind, "")
        for first in range(0, len(texts), WINDOW_TEXTS):
            window = texts[first : first + WINDOW_TEXTS]
            encodings = self.tokenizer.encode_batch([prompt + text for text in window])
            ids = {first + index: encoding.ids + self._end for index, encoding in enumerate(encodings)}
            cut = {first + index for index, encoding in enumerate(encodings) if encoding.overflowing}
            batches = self._batches(ids)
            for turn in range(0, len(batches), len(self._streams)):
                yield self._turn(batches[turn : turn + len(self._streams)], cut)

    def _batches(self, ids: dict[int, list[int]]) -> list[dict[int, list[int]]]:
        """Texts of like length together, at most about `_batch_tokens` padded tokens."""
        batches: list[dict[int, list[int]]] = []
        for index in sorted(ids, key=lambda index: len(ids[index])):
            last = batches[-1] if batches else {}
            if not last or (len(last) + 1) * len(ids[index]) > self._batch_tokens:
                batches.append({index: ids[index]})
            else:
                last[index] = ids[index]
        return batches

    def _turn(self, batches: list[dict[int, list[int]]], cut: set[int]) -> Embedded:
        """Compute the batches side by side, one on each stream."""
        computing: list[mx.array] = []
        for stream, batch in zip(self._streams, batches, strict=False):
            with mx.stream(stream):
                vectors = self._normalised(list(batch.values()))
                mx.async_eval(vectors)
                computing.append(vectors)
        done = Embedded({}, 0, 0)
        for batch, vectors in zip(batches, computing, strict=True):
            rows: Any = vectors.tolist()
            done.vectors.update(zip(batch, rows, strict=True))
            done.tokens += sum(map(len, batch.values()))
            done.truncated += len(cut & batch.keys())
        return done

    def _normalised(self, ids: list[list[int]]) -> mx.array:
        # A text may have no tokens at all, where the tokenizer adds none.
        longest = max(1, *map(len, ids))
        tokens = mx.array([row + [0] * (longest - len(row)) for row in ids])
        vectors = self._encode(tokens, mx.array([max(1, len(row)) for row in ids])).astype(mx.float32)
        return vectors / mx.maximum(mx.linalg.norm(vectors, axis=-1, keepdims=True), EMPTY_VECTOR)


def _streams() -> list[mx.Stream]:
    """One stream a core: MLX's loops over elements use one thread a stream.

    Two OpenBLAS threads instead share only the products, and on a busy machine each small product waits
    until both of them run.
    """
    if device() != "cpu":
        return [mx.default_stream(mx.default_device())]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return [mx.new_stream(mx.cpu) for _ in range(min(cores, MAX_STREAMS))]
