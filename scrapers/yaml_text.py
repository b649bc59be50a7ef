"""YAML whose scalars stay the published texts; a key that occurs twice in a mapping is refused.

YAML 1.1 reads `1:20` as 80, `010` as 8, `1_000` as 1000 and `1.10` as 1.1; a cell keeps its text, and
scrapers.values reads it like the cell of any other format. Only null (`~`, `null`, nothing) stays None.
"""

from __future__ import annotations

from typing import Any

import yaml

_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NULL = "tag:yaml.org,2002:null"


class Loader(_BASE):  # type: ignore[misc]
    """The safe loader, in C where there is one: it builds plain data, and no tag makes it run code."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the name that PyYAML looks for; never modified
        first: [(tag, pattern) for tag, pattern in known if tag == _NULL]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping. PyYAML silently keeps the last of two values under the same key; here that is an error."""
        keys: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in keys:
                    reason = f"the key {key.value[:60]!r} stands twice in one mapping"
                    raise yaml.constructor.ConstructorError(None, None, reason, key.start_mark)
                keys.add(key.value)
        built: dict[Any, Any] = super().construct_mapping(node, deep)
        return built
