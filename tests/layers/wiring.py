"""Reading a block diagram back: what leaves it, as an expression of what enters it, found by following its wires.

Only places are believed: a wire begins at the node whose border it touches, ends at the node before its arrow head,
and joins another wire where both pass through one cell of the same signal. Names given to nodes play no part.
"""

from itertools import pairwise

from dlcalc.core.layout import cells
from dlcalc.layers.diagram import Box, Operation


def path(wire):
    """Return the cells of a wire, in order."""
    found = [wire.points[0]]
    for (x0, y0), (x1, y1) in pairwise(wire.points):
        assert (x0 == x1) != (y0 == y1), "wires run along rows and columns"
        dx, dy = (x1 > x0) - (x1 < x0), (y1 > y0) - (y1 < y0)
        while found[-1] != (x1, y1):
            found.append((found[-1][0] + dx, found[-1][1] + dy))
    return found


def inside(node, cell):
    x, y = cell
    if isinstance(node, Operation):
        return y == node.y and abs(x - node.x) <= 1
    return node.x <= x < node.x + node.wide and node.y <= y < node.y + node.high


def node_at(diagram, cell):
    found = [node for node in diagram.nodes.values() if inside(node, cell)]
    assert len(found) <= 1
    return found[0] if found else None


def word_at(diagram, cell, lang):
    """Return the label next to a wire's free end; free ends have one and only one."""
    x, y = cell
    near = []
    for words in diagram.labels:
        line = words.label if isinstance(words.label, str) else words.label.say(lang)
        start = words.x - (0, (cells(line) - 1) // 2, cells(line) - 1)[words.anchor + 1]
        if words.role != "small" and abs(words.y - y) <= 1 and start - 2 <= x <= start + cells(line) + 1:
            near.append((abs(words.y - y), line))
    assert near, f"nothing says what {cell} is"
    return min(near)[1]


def read(diagram, lang="en"):
    """Return the expression of each thing that leaves the diagram, by its label.

    An expression is a label of what enters, or (box's last line or sign, what enters it from left to right).
    """
    paths = {number: path(wire) for number, wire in enumerate(diagram.wires)}
    ends = {number: node_at(diagram, cells_[-1]) for number, cells_ in paths.items()}
    starts = {number: node_at(diagram, cells_[0]) for number, cells_ in paths.items()}

    def joined(number):
        """Return the wires that one can reach along cells of the same signal, outside nodes."""
        signal, reached, todo = diagram.wires[number].signal, {number}, [number]
        while todo:
            here = todo.pop()
            mine = {cell for cell in paths[here] if node_at(diagram, cell) is None}
            for other, theirs in paths.items():
                same = diagram.wires[other].signal == signal and other not in reached
                if same and (mine & set(theirs) or (starts[here] is not None and paths[here][0] == theirs[0])):
                    reached.add(other)
                    todo.append(other)
        return reached

    def source(number):
        group = joined(number)
        begins = {id(starts[n]): starts[n] for n in group if starts[n] is not None}
        free = {
            paths[n][0]
            for n in group
            if starts[n] is None and not any(paths[n][0] in paths[m][1:] for m in group if m != n)
        }
        if begins:
            assert len(begins) == 1, "two nodes feed one wire"
            assert not free - {paths[n][0] for n in group if starts[n] is not None}, f"a wire begins nowhere: {free}"
            return value(next(iter(begins.values())))
        assert len(free) == 1, f"a wire begins nowhere: {diagram.wires[number]}"
        return word_at(diagram, next(iter(free)), lang)

    def value(node):
        enters = sorted((paths[n][-1], n) for n, end in ends.items() if end is node and diagram.wires[n].arrow)
        inputs = [source(n) for _, n in enters]
        if isinstance(node, Operation):
            return (node.sign, *sorted(inputs, key=str))
        label = node.label if isinstance(node.label, str) else node.label.say(lang)
        return (label, *inputs)

    free = [n for n, end in ends.items() if end is None and diagram.wires[n].arrow]
    assert all(isinstance(node, Box | Operation) for node in diagram.nodes.values())
    return {word_at(diagram, paths[n][-1], lang): source(n) for n in free}


def times(*args):
    return ("⊙", *sorted(args, key=str))


def plus(*args):
    return ("+", *sorted(args, key=str))
