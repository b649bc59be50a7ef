"""A chart as a file: SVG, PNG, a page of HTML that fetches nothing, or its Vega-Lite specification."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

from registry import whole_file
from scrapers.errors import TrackerError

KINDS = (".svg", ".png", ".html", ".json")
# The picture stands there for whoever runs no script; the script puts one in its place that answers to the pointer.
# Nothing is fetched, and nothing in the data can end the script: `<` is written \u003c.
_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval';
 style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>
body {{ margin: 1rem auto; max-width: 60rem; background: white; color-scheme: light }}
#chart {{ overflow-x: auto }}
#chart svg {{ min-width: 600px; max-width: 100%; height: auto }}
</style>
<div id="chart">{picture}</div>
<script>{library}</script>
<script>
const specification = {specification};
vegaEmbed("#chart", specification, {{renderer: "svg", actions: false}});
</script>
</html>
"""


def write(specification: dict[str, Any], file: Path) -> None:
    """Writes a Vega-Lite specification as what the name of the file says; ValueError for another ending.

    TrackerError where vl-convert is not installed.
    """
    if file.suffix not in KINDS:
        raise ValueError(f"{file}: expected a name that ends in {', '.join(KINDS)}")
    try:
        import vl_convert
    except ImportError:
        raise TrackerError("charts need vl-convert: pip install 'leaderboard-tracker[report]'") from None
    text = json.dumps(specification, ensure_ascii=False)
    if file.suffix == ".json":
        body = json.dumps(specification, indent=2, ensure_ascii=False).encode("utf-8") + b"\n"
    elif file.suffix == ".png":
        body = vl_convert.vegalite_to_png(text, scale=2)
    elif file.suffix == ".svg":
        body = vl_convert.vegalite_to_svg(text).encode("utf-8")
    else:
        library = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
        body = _page(specification, vl_convert.vegalite_to_svg(text), library).encode("utf-8")
    whole_file.write(file, body)


def _page(specification: dict[str, Any], picture: str, library: str) -> str:
    """The page of HTML."""
    parts = [part for part in (specification, *specification.get("vconcat", ())) if isinstance(part.get("title"), dict)]
    lines = parts[-1]["title"]["text"] if parts else []
    title = " ".join(lines) if isinstance(lines, list) else str(lines)
    return _PAGE.format(
        title=html.escape(title), picture=picture, library=library,
        specification=json.dumps(specification).replace("<", "\\u003c"),
    )  # fmt: skip
