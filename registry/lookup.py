"""How one name resolves, as one object: what it was parsed into, what was found, and every step with its evidence."""

from __future__ import annotations

from typing import Any

from registry.load import Registry
from registry.names.parse import parse_name
from registry.resolve import Printed, resolve, suggest


def look_up(name: str, organization: str | None, licence: str | None, registry: Registry) -> dict[str, Any]:
    """The answer for one row. `candidates` are what an ambiguous name may mean; `suggestions` decide nothing."""
    found = resolve(Printed(name, organization=organization, licence=licence), registry)
    alike = [] if found.release or found.candidates else suggest(name, registry)
    return {
        "name": name,
        "parsed": [" / ".join(filter(None, [m.prefix, m.base, m.variant])) for m in parse_name(name)],
        "release": found.release,
        "ambiguous": list(found.candidates),
        "variant": found.variant,
        "release_how": found.release_how,
        "developer": found.developer,
        "developer_how": found.developer_how,
        "country": found.country,
        "subdivision": found.subdivision,
        "released_on": found.released_on,
        "licence": found.licence,
        "terms": found.terms,
        "openness": [{"since": span.since, "value": span.value, "how": span.how} for span in found.openness],
        "steps": list(found.steps),
        "suggestions": [{"name": text, "release": to, "likeness": likeness} for text, to, likeness in alike],
    }
