"""The tree finds the longest shared beginning, whatever was put in and taken out."""

from array import array
from random import Random

from mlx_worker.radix import RadixTree, common_length


def ids(*values: int) -> array:
    return array("I", values)


def test_shared_beginning_is_counted_inside_an_edge_too() -> None:
    tree: RadixTree[str] = RadixTree()
    tree.put(ids(1, 2, 3, 4), "long")
    depth, node = tree.find(ids(1, 2, 9))
    assert depth == 2
    assert node.depth == 4
    assert list(node.values()) == ["long"]


def test_common_length_of_any_two_sequences() -> None:
    for length in range(9):
        whole = list(range(8))
        other = whole[:length] + [99] * (8 - length)
        assert common_length(whole, other) == length
        assert common_length(whole, whole[:length]) == length


def test_tree_agrees_with_a_plain_list_through_random_changes() -> None:
    random = Random(3)
    tree: RadixTree[int] = RadixTree()
    nodes = {}
    for turn in range(2000):
        key = tuple(random.randrange(3) for _ in range(random.randrange(1, 8)))
        if key in nodes and random.random() < 0.6:
            tree.remove(nodes.pop(key))
        else:
            nodes[key] = tree.put(ids(*key), turn)
        wanted = [random.randrange(3) for _ in range(6)]
        expected = max((common_length(list(key), wanted) for key in nodes), default=0)
        assert tree.find(ids(*wanted))[0] == expected
        assert len(list(tree.root.values())) == len(nodes)
    for node in nodes.values():
        tree.remove(node)
    assert not tree.root.children
