"""Frames on the socket: u32 big-endian byte length, then one JSON object."""

from collections.abc import Iterator

import msgspec

from .protocol import MAX_FRAME_BYTES

HEADER_BYTES = 4
encoder = msgspec.json.Encoder()


class FrameTooLong(Exception):
    """The header announces more than `MAX_FRAME_BYTES`; what follows cannot be trusted."""

    def __init__(self, length: int) -> None:
        super().__init__(f"A frame of {length} bytes is over the cap of {MAX_FRAME_BYTES}.")
        self.length = length


def encode_frame(frame: msgspec.Struct) -> bytes:
    """The bytes of one frame, header included.

    Raises FrameTooLong when the encoded frame exceeds the cap.
    """
    payload = encoder.encode(frame)
    if len(payload) > MAX_FRAME_BYTES:
        raise FrameTooLong(len(payload))
    return len(payload).to_bytes(HEADER_BYTES, "big") + payload


class FrameReader:
    """Cuts a byte stream into frame payloads, however the bytes arrive."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, received: bytes) -> Iterator[bytes]:
        """Yield each payload that is complete. Raises FrameTooLong."""
        buffer = self._buffer
        buffer += received
        start = 0
        try:
            while len(buffer) - start >= HEADER_BYTES:
                length = int.from_bytes(buffer[start : start + HEADER_BYTES], "big")
                if length > MAX_FRAME_BYTES:
                    raise FrameTooLong(length)
                end = start + HEADER_BYTES + length
                if len(buffer) < end:
                    return
                payload = bytes(buffer[start + HEADER_BYTES : end])
                start = end
                yield payload
        finally:
            del buffer[:start]
