"""Rows share a group where that costs little, and never where padding would rule the memory."""

import random

from mlx_worker.lengths import allowed_padding, padding, partition


def padded(sizes: list[int], groups: list[list[int]]) -> int:
    return sum(padding([sizes[index] for index in group]) for group in groups)


def test_rows_of_one_length_share_a_group() -> None:
    assert partition([40] * 32, 0) == [list(range(32))]


def test_long_row_leaves_the_short_ones_among_themselves() -> None:
    sizes = [15, 2000, 15, 16, 15, 15, 15, 15]
    groups = partition(sizes, allowed_padding(sizes, 0))
    assert sorted(map(sorted, groups)) == [[0, 2, 3, 4, 5, 6, 7], [1]]


def test_padding_that_is_cheap_beside_the_weights_is_taken() -> None:
    sizes = [15, 500, 15]
    assert len(partition(sizes, allowed_padding(sizes, 0))) == 2
    assert len(partition(sizes, allowed_padding(sizes, 100_000))) == 1


def test_no_partition_into_as_few_groups_pads_less() -> None:
    draw = random.Random(1)
    for _ in range(30):
        sizes = [draw.choice([3, 20, 150, 900]) + draw.randrange(20) for _ in range(draw.randint(1, 7))]
        allowed = allowed_padding(sizes, 0)
        groups = partition(sizes, allowed)
        assert sorted(index for group in groups for index in group) == list(range(len(sizes)))
        every = [fewer for fewer in every_partition(len(sizes)) if len(fewer) <= len(groups)]
        assert padded(sizes, groups) <= allowed
        assert padded(sizes, groups) == min(padded(sizes, one) for one in every)
        assert all(padded(sizes, one) > allowed for one in every if len(one) < len(groups))


def every_partition(count: int) -> list[list[list[int]]]:
    if count == 0:
        return [[]]
    last = count - 1
    found = []
    for smaller in every_partition(last):
        found += [
            [*smaller[:place], [*smaller[place], last], *smaller[place + 1 :]]
            for place in range(len(smaller))
        ]
        found.append([*smaller, [last]])
    return found
