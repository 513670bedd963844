"""How many tokens of a prompt to feed at once, by the speed that was measured."""

# A chunk that others wait for is heard as a stutter; alone it only delays cancel and progress.
BUSY_CHUNK_SECONDS, BUSY_CHUNK_TOKENS = 0.075, (16, 256)
IDLE_CHUNK_SECONDS, IDLE_CHUNK_TOKENS = 0.5, (256, 2048)
FIRST_CHUNK_TOKENS = 256
CHUNK_STEP = 16


class Chunks:
    """Sizes of prefill chunks of one model. `rate`: tokens per second; None until one was measured."""

    def __init__(self) -> None:
        self.rate: float | None = None

    def seconds(self, decoding: int) -> float:
        """How long to feed before the next step, while so many rows decode."""
        return BUSY_CHUNK_SECONDS if decoding else IDLE_CHUNK_SECONDS

    def next(self, decoding: int) -> int:
        """Tokens of the next chunk while so many rows decode."""
        low, high = BUSY_CHUNK_TOKENS if decoding else IDLE_CHUNK_TOKENS
        if self.rate is None:
            return min(high, FIRST_CHUNK_TOKENS)
        wanted = int(self.rate * self.seconds(decoding)) // CHUNK_STEP * CHUNK_STEP
        return min(max(wanted, low), high)

    def measure(self, tokens: int, seconds: float) -> None:
        # A few tokens measure the overhead, not the rate.
        if tokens < CHUNK_STEP or seconds <= 0:
            return
        rate = tokens / seconds
        self.rate = rate if self.rate is None else (self.rate + rate) / 2
