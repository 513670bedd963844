"""Where the last words of a text stood before, and what followed them there."""

from itertools import pairwise
from random import Random

from mlx_worker.prompt_lookup import MOST_MATCH, TAKEN_AT_ONCE, Match, PromptLookup


def lookup(ids: list[int]) -> PromptLookup:
    found = PromptLookup()
    assert found.follow(ids)
    return found


def test_longest_match_wins_over_a_later_one() -> None:
    text = lookup([1, 2, 3, 4, 50, 9, 3, 4, 60, 1, 2, 3, 4])
    match = text.find()
    assert match == Match(4, 4)
    assert text.guesses(match, 3) == [50, 9, 3]


def test_latest_of_equal_matches_is_taken() -> None:
    text = lookup([3, 4, 50, 7, 3, 4, 60, 8, 3, 4])
    match = text.find()
    assert match == Match(2, 6)
    assert text.guesses(match, 2) == [60, 8]


def test_text_that_repeats_itself_goes_on_repeating() -> None:
    text = lookup([9, 1, 2, 3, 1, 2, 3])
    match = text.find()
    assert match is not None
    assert text.guesses(match, 8) == [1, 2, 3, 1, 2, 3, 1, 2]
    assert lookup([7, 7, 7]).guesses(Match(2, 2), 4) == [7, 7, 7, 7]


def test_text_without_a_repeated_pair_offers_nothing() -> None:
    assert lookup([]).find() is None
    assert lookup([1, 1]).find() is None
    assert lookup([1, 2, 1, 3, 1, 4, 1]).find() is None


def test_ids_that_come_one_by_one_are_found_as_those_that_come_at_once() -> None:
    random = Random(1)
    ids = [random.randrange(4) for _ in range(300)]
    grown = PromptLookup()
    for end, token in enumerate(ids, 1):
        grown.push(token)
        assert grown.find() == lookup(ids[:end]).find()


def test_match_is_really_there() -> None:
    random = Random(2)
    for _ in range(200):
        ids = [random.randrange(3) for _ in range(random.randrange(3, 80))]
        match = lookup(ids).find()
        if match is None:
            pairs = list(pairwise(ids))
            assert pairs[-1] not in pairs[:-1]
            continue
        assert ids[match.start - match.length : match.start] == ids[-match.length :]
        assert match.length <= MOST_MATCH


def test_long_prompt_is_taken_in_over_several_steps() -> None:
    ids = [index % 1000 for index in range(TAKEN_AT_ONCE + 10)]
    text = PromptLookup()
    assert not text.follow(ids)
    assert text.follow(ids)
    assert text.find() == Match(MOST_MATCH, len(ids) - 1000)
