"""A radix tree over token ids: one node per branching point, values where somebody put them."""

from array import array
from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Node(Generic[Value]):
    """`edge` holds the ids between the parent and this node; `depth` counts all ids from the root."""

    __slots__ = ("children", "depth", "edge", "parent", "value")

    def __init__(self, edge: array, parent: "Node[Value] | None", depth: int) -> None:
        self.edge = edge
        self.parent = parent
        self.depth = depth
        self.children: dict[int, Node[Value]] = {}
        self.value: Value | None = None

    def values(self) -> Iterator[Value]:
        """Values of this node and of everything below it."""
        waiting: list[Node[Value]] = [self]
        while waiting:
            node = waiting.pop()
            if node.value is not None:
                yield node.value
            waiting.extend(node.children.values())

    def ancestors(self) -> "Iterator[Node[Value]]":
        """The nodes above, nearest first, the root included."""
        node = self.parent
        while node is not None:
            yield node
            node = node.parent


class RadixTree(Generic[Value]):
    def __init__(self) -> None:
        self.root: Node[Value] = Node(array("I"), None, 0)

    def find(self, ids: array) -> tuple[int, Node[Value]]:
        """How many of `ids` the tree shares, and the node at or next below that depth."""
        node, depth = self.root, 0
        while depth < len(ids):
            child = node.children.get(ids[depth])
            if child is None:
                return depth, node
            shared = common_length(child.edge, ids[depth : depth + len(child.edge)])
            depth += shared
            if shared < len(child.edge):
                return depth, child
            node = child
        return depth, node

    def put(self, ids: array, value: Value) -> Node[Value]:
        """Set the value at `ids`, splitting an edge where needed."""
        depth, node = self.find(ids)
        if node.depth > depth:
            node = self._split(node, depth)
        if depth < len(ids):
            leaf: Node[Value] = Node(ids[depth:], node, len(ids))
            node.children[ids[depth]] = leaf
            node = leaf
        node.value = value
        return node

    def remove(self, node: Node[Value]) -> None:
        """Take a node's value out, and nodes that hold nothing any more."""
        node.value = None
        while node.parent is not None and node.value is None and not node.children:
            del node.parent.children[node.edge[0]]
            node = node.parent
        if node.parent is not None and node.value is None and len(node.children) == 1:
            self._join(node)

    def _split(self, node: Node[Value], depth: int) -> Node[Value]:
        """A node in the middle of the edge above `node`."""
        parent = node.parent
        if parent is None:
            return node
        cut = depth - parent.depth
        middle: Node[Value] = Node(node.edge[:cut], parent, depth)
        parent.children[middle.edge[0]] = middle
        node.edge = node.edge[cut:]
        node.parent = middle
        middle.children[node.edge[0]] = node
        return middle

    def _join(self, node: Node[Value]) -> None:
        (child,) = node.children.values()
        child.edge = node.edge + child.edge
        child.parent = node.parent
        if node.parent is not None:
            node.parent.children[child.edge[0]] = child


def common_length(first: Sequence[int], second: Sequence[int]) -> int:
    """How many ids two sequences of one type share at their beginning.

    Halving with whole-slice comparisons, which run in C.
    """
    low, high = 0, min(len(first), len(second))
    if first[:high] == second[:high]:
        return high
    # The first `low` are equal; the first `high` are not.
    while high - low > 1:
        middle = (low + high) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle
    return low
