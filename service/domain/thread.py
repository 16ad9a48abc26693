"""The tree of a page's comments."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol, TypeVar


class Node(Protocol):
    """A comment in a tree; `replies` is filled by `build_tree`."""

    @property
    def id(self) -> str: ...
    @property
    def parent_id(self) -> str | None: ...
    @property
    def replies(self) -> list[Any]: ...


N = TypeVar("N", bound=Node)


def build_tree(nodes: Iterable[N]) -> list[N]:
    """Hangs each node under its parent and returns the roots, in O(n); both keep the order given.

    A node whose parent is not among `nodes` is a root: a later page of replies is a forest.
    """
    ordered = list(nodes)
    by_id = {node.id: node for node in ordered}
    roots: list[N] = []
    for node in ordered:
        parent = by_id.get(node.parent_id) if node.parent_id is not None else None
        if parent is None:
            roots.append(node)
        else:
            parent.replies.append(node)
    return roots


def held_by(parent_id: str, parent_depth: int, parent_holder: str | None, depth_max: int) -> tuple[str, int]:
    """Under which comment a reply hangs, and at which depth: beside its parent once `depth_max` is reached."""
    if parent_depth < depth_max or parent_holder is None:
        return parent_id, parent_depth + 1
    return parent_holder, parent_depth
