"""What is drawn follows the distribution, the parameters, the seed and the position, and nothing else."""

import math
from typing import Any

import mlx.core as mx
import pytest
from mlx_lm import sample_utils as theirs

from mlx_worker.filters import exclude_top_choices, keep_min_p, keep_top_k, keep_top_p
from mlx_worker.likelihoods import Likelihoods
from mlx_worker.penalties import REPETITION_IDS, Penalties
from mlx_worker.protocol import Sampling
from mlx_worker.sampling import Chooser, RowSampling

VOCABULARY = 64
EVERYTHING: list[dict[str, Any]] = [
    {},
    {"temperature": 1.0},
    {"temperature": 0.7, "top_p": 0.9},
    {"temperature": 0.7, "top_k": 5},
    {"temperature": 1.3, "top_k": 9, "top_p": 0.8, "min_p": 0.02},
    {"temperature": 0.9, "min_p": 0.1},
    {"temperature": 1.0, "xtc_probability": 0.5, "xtc_threshold": 0.05},
    {"temperature": 1.0, "xtc_probability": 1.0, "top_k": 6, "top_p": 0.95},
]


def row(seed: int = 7, prompt_tokens: int = 0, spared: tuple[int, ...] = (), **sampling: Any) -> RowSampling:
    return RowSampling(Sampling(max_tokens=1, **sampling), seed, prompt_tokens, spared)


def logits_of(rows: int, vocabulary: int = VOCABULARY, seed: int = 0) -> mx.array:
    return mx.random.normal((rows, vocabulary), key=mx.random.key(seed)) * 2


def ids(array: mx.array) -> list[int]:
    found: Any = array.tolist()
    return found


def frequencies(logits: mx.array, draws: int = 20_000, **sampling: Any) -> list[float]:
    """How often each token of one distribution is chosen, over the positions of one seeded row."""
    chooser = Chooser([row(**sampling)] * draws)
    chosen = ids(chooser(mx.repeat(logits, draws, axis=0), range(draws)))
    return [chosen.count(token) / draws for token in range(logits.shape[-1])]


def expected(logits: mx.array) -> list[float]:
    values: Any = mx.softmax(logits, axis=-1)[0].tolist()
    return values


def apart(found: list[float], wanted: list[float]) -> float:
    return max(abs(one - other) for one, other in zip(found, wanted, strict=True))


# Four standard deviations of a frequency of one half over 20,000 draws.
NEAR = 4 * math.sqrt(0.25 / 20_000)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_tokens_come_as_often_as_their_probability_says(temperature: float) -> None:
    logits = logits_of(1, 12)
    assert apart(frequencies(logits, temperature=temperature), expected(logits / temperature)) < NEAR


@pytest.mark.parametrize(
    "filters",
    [{"top_p": 0.7}, {"min_p": 0.2}, {"top_k": 4}, {"top_k": 6, "top_p": 0.7, "min_p": 0.05}],
    ids=lambda filters: " ".join(filters),
)
def test_filtered_draws_follow_what_mlx_lm_leaves(filters: dict[str, Any]) -> None:
    logits = logits_of(1, 12)
    left = logits - mx.logsumexp(logits, axis=-1, keepdims=True)
    if "top_p" in filters:
        left = theirs.apply_top_p(left, filters["top_p"])
    if "min_p" in filters:
        left = theirs.apply_min_p(left, filters["min_p"])
    if "top_k" in filters:
        left = theirs.apply_top_k(left, filters["top_k"])
    found = frequencies(logits, temperature=1.0, **filters)
    assert apart(found, expected(left)) < NEAR
    assert [token for token, value in enumerate(expected(left)) if value == 0 and found[token] > 0] == []


def test_filters_leave_what_mlx_lm_leaves() -> None:
    logits = logits_of(16, 500, seed=3)
    logprobs = logits - mx.logsumexp(logits, axis=-1, keepdims=True)
    for top_p in (0.01, 0.5, 0.95):
        assert same(keep_top_p(logprobs, top_p), theirs.apply_top_p(logprobs, top_p))
    for min_p in (0.01, 0.3, 1.0):
        assert same(keep_min_p(logprobs, math.log(min_p)), theirs.apply_min_p(logprobs, min_p))
    for top_k in (1, 7, 499):
        assert same(keep_top_k(logprobs, top_k), theirs.apply_top_k(logprobs, top_k))
    for threshold in (0.0, 0.05, 0.5):
        excluded = exclude_top_choices(logprobs, threshold, mx.array([[3, 8]]))
        assert same(excluded, theirs.apply_xtc(logprobs, 1.0, threshold, [3, 8]))


def same(ours: mx.array, others: mx.array) -> bool:
    return bool(mx.array_equal(ours, others).item())


def test_filters_keep_what_they_say() -> None:
    logprobs = mx.log(mx.array([[0.5, 0.3, 0.15, 0.05]]))

    def kept(filtered: mx.array) -> list[int]:
        values: Any = filtered[0].tolist()
        return [index for index, value in enumerate(values) if value > -math.inf]

    assert kept(keep_top_p(logprobs, 0.6)) == [0, 1]
    assert kept(keep_top_p(logprobs, 0.01)) == [0]
    assert kept(keep_min_p(logprobs, math.log(0.25))) == [0, 1, 2]
    assert kept(keep_top_k(logprobs, 1)) == [0]
    assert kept(exclude_top_choices(logprobs, 0.1, None)) == [2, 3]
    assert kept(exclude_top_choices(logprobs, 0.1, mx.array([[0]]))) == [0, 2, 3]


def test_xtc_excludes_the_likeliest_as_often_as_asked_and_never_a_spared_token() -> None:
    logits = mx.log(mx.array([[0.6, 0.3, 0.1]]))
    found = frequencies(logits, temperature=1.0, xtc_probability=0.5, xtc_threshold=0.2)
    # Half of the draws from all three, half from what is left when the first is excluded.
    assert apart(found, [0.3, 0.15 + 0.375, 0.05 + 0.125]) < NEAR
    spared = frequencies(logits, temperature=1.0, xtc_probability=1.0, xtc_threshold=0.2, spared=(0,))
    assert apart(spared, [0.6, 0.3, 0.1]) < NEAR


@pytest.mark.parametrize("sampling", EVERYTHING, ids=str)
def test_what_a_row_draws_does_not_depend_on_the_others(sampling: dict[str, Any]) -> None:
    logits = logits_of(200, 2000, seed=5)
    alone = [ids(Chooser([row(**sampling)])(logits[index : index + 1], [index]))[0] for index in range(200)]
    assert ids(Chooser([row(**sampling)] * 200)(logits, range(200))) == alone
    others = [row(seed=index, **EVERYTHING[index % len(EVERYTHING)]) for index in range(200)]
    for index in range(0, 200, 3):
        others[index] = row(**sampling)
    mixed = ids(Chooser(others)(logits, range(200)))
    assert [mixed[index] for index in range(0, 200, 3)] == alone[::3]


def test_seed_and_position_are_the_whole_key() -> None:
    logits = mx.repeat(logits_of(1), 300, axis=0)
    first = ids(Chooser([row(temperature=1.0)] * 300)(logits, range(300)))
    later = ids(Chooser([row(temperature=1.0)] * 100)(logits[:100], range(200, 300)))
    other = ids(Chooser([row(seed=8, temperature=1.0)] * 300)(logits, range(300)))
    assert later == first[200:]
    assert other != first


def test_last_bits_of_the_logits_do_not_move_a_seeded_choice() -> None:
    logits = mx.repeat(mx.random.normal((1, 8192), key=mx.random.key(0)), 500, axis=0)
    nearly = logits + mx.linspace(-1e-5, 1e-5, 8192)
    for top_k in (0, 200):
        chooser = Chooser([row(temperature=5.0, top_k=top_k)] * 500)
        assert ids(chooser(logits, range(500))) == ids(chooser(nearly, range(500)))


def test_top_k_beyond_the_vocabulary_changes_nothing() -> None:
    logits = logits_of(50)
    free = ids(Chooser([row(temperature=1.0)] * 50)(logits, range(50)))
    for top_k in (VOCABULARY, 200, 10_000):
        assert ids(Chooser([row(temperature=1.0, top_k=top_k)] * 50)(logits, range(50))) == free


def penalised(logits: mx.array, held: list[int], prompt_tokens: int, **sampling: Any) -> mx.array:
    """Logits of one row that holds `held`, the last of which was fed just before."""
    rows = [row(prompt_tokens=prompt_tokens, **sampling)]
    return Penalties(rows, [held[:-1]])(logits, mx.array(held[-1:]))


def test_repetition_penalty_is_mlx_lms_over_the_last_twenty_ids() -> None:
    held = [index % VOCABULARY for index in range(0, 150, 5)]
    for length in (1, 2, REPETITION_IDS, 30):
        wanted = theirs.make_repetition_penalty(1.3)(mx.array(held[:length]), mx.array(logits_of(1)))
        assert same(penalised(logits_of(1), held[:length], 5, repetition_penalty=1.3), wanted)


def test_presence_and_frequency_are_openais_over_the_completion_alone() -> None:
    logits, prompt, said = logits_of(1), [9, 9, 4], [5, 6, 5, 5]
    change = penalised(logits, prompt + said, 3, presence_penalty=0.5, frequency_penalty=0.25) - logits
    wanted = [0.0] * VOCABULARY
    wanted[5], wanted[6] = -(0.5 + 3 * 0.25), -(0.5 + 0.25)
    found: Any = change[0].tolist()
    assert found == pytest.approx(wanted, abs=1e-5)
    assert same(penalised(logits, prompt, 3, presence_penalty=2.0), logits)


def test_logit_bias_is_added_to_its_ids() -> None:
    change = penalised(logits_of(1), [1], 1, logit_bias={"3": 100.0, "60": -2.5}) - logits_of(1)
    found: Any = change[0].tolist()
    wanted = [0.0] * VOCABULARY
    wanted[3], wanted[60] = 100.0, -2.5
    assert found == pytest.approx(wanted, abs=1e-4)


PENALTIES: list[dict[str, Any]] = [
    {},
    {"logit_bias": {"3": 1.5, "0": -1.0}},
    {"logit_bias": {"5": 2.0}},
    {"repetition_penalty": 1.4},
    {"presence_penalty": 1.0},
    {"frequency_penalty": -0.5, "repetition_penalty": 0.8},
]


def test_penalties_fed_step_by_step_equal_those_of_all_ids_alone() -> None:
    rows = [row(prompt_tokens=2 + index, **sampling) for index, sampling in enumerate(PENALTIES)]
    held = [[(3 * place + index) % 11 for place in range(3 + index)] for index in range(len(rows))]
    together = Penalties(rows, [one[:-1] for one in held])
    for step in range(30):
        logits = logits_of(len(rows), seed=step)
        found = together(logits, mx.array([one[-1] for one in held]))
        for index, one in enumerate(rows):
            alone = Penalties([one], [held[index][:-1]])(
                logits[index : index + 1], mx.array(held[index][-1:])
            )
            assert same(found[index : index + 1], alone)
            held[index].append((step * 7 + index) % 11)


def test_log_probabilities_are_the_models_own() -> None:
    logits = logits_of(3)
    wanted = logits - mx.logsumexp(logits, axis=-1, keepdims=True)
    asked = [row(logprobs=True, top_logprobs=top) for top in (0, 2, 5)]
    measured = Likelihoods(asked, logits, mx.array([4, 5, 6]))
    for index, top in enumerate((0, 2, 5)):
        found, theirs_all = measured[index], ids(wanted[index])
        assert found.logprob == pytest.approx(theirs_all[4 + index], abs=1e-5)
        best = sorted(range(VOCABULARY), key=lambda token: -theirs_all[token])[:top]
        assert [token for token, _ in found.top] == best
        assert [value for _, value in found.top] == pytest.approx(
            [theirs_all[token] for token in best], abs=1e-5
        )


def test_tokens_the_model_masks_are_no_alternatives() -> None:
    logits = mx.array([[1.0, -math.inf, 0.5, -math.inf]])
    found = Likelihoods([row(logprobs=True, top_logprobs=4)], logits, mx.array([1]))[0]
    assert [token for token, _ in found.top] == [0, 2]
    assert found.logprob == -9999.0
