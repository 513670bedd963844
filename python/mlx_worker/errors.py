"""Failures with a listed code; the words are those of server/kernel/errors.ts."""

from typing import Any, Literal

ErrorCode = Literal[
    "invalid_request",
    "unauthorized",
    "forbidden",
    "not_found",
    "conflict",
    "gone",
    "too_large",
    "context_overflow",
    "model_invalid",
    "model_unsupported",
    "insufficient_memory",
    "insufficient_storage",
    "rate_limited",
    "engine_failed",
    "engine_unavailable",
    "upstream_failed",
    "timeout",
    "unsupported",
    "internal",
]


class EngineError(Exception):
    """A failure with a listed code and a sentence that a user can act on."""

    def __init__(self, code: ErrorCode, message: str, **details: Any) -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.message = message
        self.details = details
