"""Which rows decode together: padding costs memory and time, and so does every group."""

import itertools
from collections.abc import Sequence

# Of the bytes that the rows need. Room to grow comes on top: together below a half.
PADDING_SHARE = 0.3
# Of the bytes of the weights, which every group reads once a step: padding below it is cheaper than a group.
WEIGHTS_SHARE = 1 / 16


def allowed_padding(sizes: Sequence[int], weights_bytes: int) -> int:
    """Bytes of padding that rows of these sizes may have together."""
    return int(max(PADDING_SHARE * sum(sizes), WEIGHTS_SHARE * weights_bytes))


def padding(sizes: Sequence[int]) -> int:
    """Bytes of padding in one group of rows of these sizes, all held at the size of the largest."""
    return len(sizes) * max(sizes, default=0) - sum(sizes)


def partition(sizes: Sequence[int], allowed: int) -> list[list[int]]:
    """Indices of `sizes` in as few groups as keep all padding within `allowed` bytes, and those with the
    least padding.

    Groups of the best partition are neighbours by size, so a table over (groups, rows) finds it.
    """
    order = sorted(range(len(sizes)), key=lambda index: sizes[index])
    ordered = [sizes[index] for index in order]
    sums = [0, *itertools.accumulate(ordered)]

    def cost(start: int, end: int) -> int:
        return (end - start) * ordered[end - 1] - (sums[end] - sums[start])

    count = len(order)
    least = [0, *(cost(0, end) for end in range(1, count + 1))]
    cuts: list[list[int]] = []
    while least[count] > allowed:
        groups = len(cuts) + 1
        best = [
            min(((least[cut] + cost(cut, end), cut) for cut in range(groups, end)), default=(least[end], 0))
            for end in range(count + 1)
        ]
        least = [total for total, _ in best]
        cuts.append([cut for _, cut in best])
    found, end = [], count
    for starts in reversed(cuts):
        found.append(order[starts[end] : end])
        end = starts[end]
    return [group for group in [order[:end], *reversed(found)] if group]
