import pytest

from mlx_worker.protocol import MAX_FRAME_BYTES, Ping
from mlx_worker.wire import FrameReader, FrameTooLong, encode_frame


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_frames_survive_any_cut_of_the_stream(size: int) -> None:
    stream = b"".join(encode_frame(Ping(str(n) * n)) for n in range(1, 9))
    reader = FrameReader()
    payloads = [
        payload
        for start in range(0, len(stream), size)
        for payload in reader.feed(stream[start : start + size])
    ]
    assert payloads == [encode_frame(Ping(str(n) * n))[4:] for n in range(1, 9)]


def test_header_over_the_cap_is_refused_before_its_bytes_arrive() -> None:
    with pytest.raises(FrameTooLong):
        list(FrameReader().feed((MAX_FRAME_BYTES + 1).to_bytes(4, "big")))


def test_frame_before_an_oversized_one_is_still_read() -> None:
    stream = encode_frame(Ping("a")) + b"\xff\xff\xff\xff"
    frames = FrameReader().feed(stream)
    assert next(frames) == encode_frame(Ping("a"))[4:]
    with pytest.raises(FrameTooLong):
        next(frames)
