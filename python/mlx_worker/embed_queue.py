"""Embedding requests in their order: who waits for an answer goes before an index that is being built."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

import msgspec

from .embedder import Embedded as Part
from .errors import EngineError
from .loader import LoadedModel
from .log import log
from .protocol import Embed, Embedded, Error, error_body
from .rows import PRIORITIES


@dataclass
class _Request:
    frame: Embed
    parts: Iterator[Part]
    order: tuple[int, int]
    answer: Part = field(default_factory=lambda: Part({}, 0, 0))


class EmbedQueue:
    """Computes a batch at a time and posts each answer; falsy while there is nothing to do."""

    def __init__(self, post: Callable[[msgspec.Struct], None]) -> None:
        self._post = post
        self._requests: list[_Request] = []
        self._arrivals = count()

    def __len__(self) -> int:
        return len(self._requests)

    def add(self, frame: Embed, loaded: LoadedModel | None) -> None:
        """Queue the request, or refuse it at once when `loaded` cannot embed."""
        if loaded is None:
            self._refuse(frame, EngineError("conflict", "No model is loaded in this engine."))
        elif loaded.embedder is None:
            words = "This model writes text; embeddings need an embedding model."
            self._refuse(frame, EngineError("unsupported", words))
        else:
            order = PRIORITIES[frame.priority], next(self._arrivals)
            self._requests.append(_Request(frame, loaded.embedder.embed(frame.texts, frame.kind), order))
            self._requests.sort(key=lambda request: request.order)

    def withdraw(self, id: str) -> None:
        """Forget a request whose answer nobody waits for any more; it is not answered."""
        self._requests = [request for request in self._requests if request.frame.id != id]

    def clear(self) -> None:
        """The model is going: refuse what is left."""
        for request in self._requests:
            self._refuse(request.frame, EngineError("conflict", "The model was unloaded."))
        self._requests.clear()

    def work(self) -> None:
        """Compute one part of the first request."""
        if not self._requests:
            return
        request = self._requests[0]
        try:
            part = next(request.parts, None)
        except Exception as error:
            self._requests.remove(request)
            log("error", "embedding failed", id=request.frame.id, error=repr(error))
            self._refuse(request.frame, EngineError("engine_failed", f"The embedding failed: {error}"))
            return
        answer = request.answer
        if part is not None:
            answer.vectors.update(part.vectors)
            answer.tokens += part.tokens
            answer.truncated += part.truncated
        if len(answer.vectors) == len(request.frame.texts):
            self._requests.remove(request)
            ordered = [answer.vectors[index] for index in range(len(request.frame.texts))]
            self._post(Embedded(request.frame.id, ordered, answer.tokens, answer.truncated))

    def _refuse(self, frame: Embed, error: EngineError) -> None:
        self._post(Error(frame.id, error_body(error)))
