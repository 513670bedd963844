"""Sampling parameters that cannot be meant together, refused before a row is admitted."""

from .errors import EngineError
from .protocol import Sampling

XTC_THRESHOLD = Sampling(max_tokens=1).xtc_threshold


def check_sampling(sampling: Sampling, vocabulary: int) -> None:
    """Raises EngineError `invalid_request` with the name of the parameter in `details.parameter`.

    A filter that a temperature of 0 makes idle (top_p, top_k, min_p) is no contradiction: models recommend
    them, and people turn the temperature down.
    """
    outside = [token for token in map(int, sampling.logit_bias) if token >= vocabulary]
    if outside:
        raise _refusal(
            "logit_bias",
            f"logit_bias names the token id {outside[0]}; the vocabulary of this model has {vocabulary}.",
        )
    if sampling.top_logprobs and not sampling.logprobs:
        raise _refusal("top_logprobs", "top_logprobs needs logprobs to be true.")
    if sampling.xtc_probability and sampling.temperature == 0:
        raise _refusal(
            "xtc_probability", "xtc_probability needs a temperature above 0: greedy takes the likeliest."
        )
    if sampling.xtc_threshold != XTC_THRESHOLD and not sampling.xtc_probability:
        raise _refusal("xtc_threshold", "xtc_threshold does nothing without an xtc_probability above 0.")


def _refusal(name: str, message: str) -> EngineError:
    return EngineError("invalid_request", message, parameter=f"sampling.{name}")
