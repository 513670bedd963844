"""Attention and silu through numpy give what MLX gives."""

import mlx.core as mx
import mlx.nn as nn
import pytest

from mlx_worker import cpu_math

KEYS, QUERIES, HEADS, SHARED, SIZE = 150, 70, 4, 2, 16


def arrays(queries: int = QUERIES) -> tuple[mx.array, mx.array, mx.array]:
    mx.random.seed(1)
    q = mx.random.normal((2, HEADS, queries, SIZE))
    k, v = (mx.random.normal((2, SHARED, KEYS, SIZE)) for _ in range(2))
    return q, k, v


def masks() -> dict[str, cpu_math.Mask]:
    window = mx.arange(KEYS)[None] > mx.arange(QUERIES)[:, None] + 20
    padding = mx.arange(KEYS)[None] >= mx.array([0, 40])[:, None]
    return {
        "none": None,
        "causal": "causal",
        "a window": window,
        "one per row of the batch": padding[:, None, None, :],
        "numbers to add": mx.where(window, 0.0, -1e9),
        "one per head": mx.random.normal((2, HEADS, QUERIES, KEYS)),
    }


@pytest.mark.parametrize("name", masks())
@pytest.mark.parametrize("block", [QUERIES, QUERIES // 3], ids=["whole", "in blocks"])
def test_attention_is_that_of_mlx_with_any_mask(
    name: str, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cpu_math, "BLOCK_QUERIES", block)
    q, k, v = arrays()
    given = [mx.array(array) for array in (q, k, v)]
    mask = masks()[name]
    found = cpu_math.attention(q, k, v, scale=0.3, mask=mask)
    wanted = mx.fast.scaled_dot_product_attention(q, k, v, scale=0.3, mask=mask)
    assert mx.allclose(found, wanted, atol=2e-6).item()
    assert all(mx.array_equal(a, b).item() for a, b in zip(given, (q, k, v), strict=True))


def test_a_row_that_sees_no_key_stays_finite() -> None:
    found = cpu_math.attention(*arrays(), scale=0.3, mask=mx.zeros((QUERIES, KEYS), dtype=mx.bool_))
    assert mx.isfinite(found).all().item()


def test_a_single_query_and_half_precision_are_left_to_mlx() -> None:
    q, k, v = arrays(queries=1)
    wanted = mx.fast.scaled_dot_product_attention(q, k, v, scale=0.3)
    assert mx.array_equal(cpu_math.attention(q, k, v, scale=0.3), wanted).item()
    q, k, v = (array.astype(mx.bfloat16) for array in arrays())
    assert cpu_math.attention(q, k, v, scale=0.3, mask="causal").dtype == mx.bfloat16


def test_silu_is_that_of_mlx_from_end_to_end_of_its_range() -> None:
    x = mx.linspace(-200, 200, 2 * cpu_math.LARGE).reshape(2, -1)
    assert mx.allclose(cpu_math.silu(x), nn.silu(x), atol=1e-6, rtol=1e-6).item()
