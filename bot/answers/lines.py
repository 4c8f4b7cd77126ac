"""Which line of an article's file a fault stands in."""

from __future__ import annotations

from collections.abc import Sequence

import yaml

_FIRST = 2  # the front matter begins on the second line, under the ---


def find_line(front: str, path: Sequence[str | int]) -> int:
    """The line, from 1, of the value that `path` leads to in the YAML text `front`; of the last
    value on that way which is there, where the rest is missing."""
    if path[:1] == ["body"]:
        return _FIRST + front.count("\n") + 2
    node = yaml.compose(front, yaml.SafeLoader)
    line = 0
    for step in path:
        entered = _enter(node, step)
        if entered is None:
            break
        line, node = entered
    return _FIRST + line


def _enter(node: yaml.Node | None, step: str | int) -> tuple[int, yaml.Node] | None:
    """Where the value under `step` begins, and the value."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line, value
    return None
