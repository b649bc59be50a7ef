"""How one name resolves, as one object: how it was parsed, what it means, and every step with its evidence."""

from __future__ import annotations

from datetime import date
from typing import Any

from registry.load import Registry
from registry.names.parse import parse_name
from registry.resolve import PublishedName, meanings, suggest


def look_up(name: str, organization: str | None, licence: str | None, registry: Registry) -> dict[str, Any]:
    """The answer for one row of today. `over_time` is what a name that moves on meant from which day on; `ambiguous`
    are the releases that an ambiguous name may mean; `suggestions` are for a person only.
    """
    over_time = meanings(PublishedName(name, organization=organization, licence=licence), registry)
    resolved = over_time[-1][2]
    alike = [] if resolved.release or resolved.candidates else suggest(name, registry)
    return {
        "name": name,
        "parsed": [" / ".join(filter(None, [m.prefix, m.base, m.variant])) for m in parse_name(name)],
        "release": resolved.release,
        "ambiguous": list(resolved.candidates),
        "variant": resolved.variant,
        "release_how": resolved.release_how,
        "over_time": [
            f"{'at first' if since == date.min else f'from {since}'}: {each.release or 'unknown'}"
            for since, _, each in (over_time if len(over_time) > 1 else ())
        ],
        "developer": resolved.developer,
        "developer_how": resolved.developer_how,
        "country": resolved.country,
        "subdivision": resolved.subdivision,
        "released_on": resolved.released_on,
        "licence": resolved.licence,
        "terms": resolved.terms,
        "openness": [{"since": span.since, "value": span.value, "how": span.how} for span in resolved.openness],
        "steps": list(resolved.steps),
        "suggestions": [{"name": text, "release": to, "likeness": likeness} for text, to, likeness in alike],
    }
