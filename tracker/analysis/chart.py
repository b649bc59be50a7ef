"""A curve as a picture. Vega-Lite comes with vl-convert: nothing is fetched."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from registry import whole_file
from scrapers.errors import TrackerError
from tracker.analysis.curve import Curve, sentence

KINDS = (".svg", ".png")


def draw(drawing: dict[str, Any], file: Path) -> None:
    """Writes a Vega-Lite specification to a file of the kind that its name says.

    TrackerError where vl-convert is not installed.
    """
    try:
        import vl_convert
    except ImportError:
        raise TrackerError("charts need vl-convert: pip install 'leaderboard-tracker[report]'") from None
    if file.suffix == ".svg":
        whole_file.write(file, vl_convert.vegalite_to_svg(drawing).encode("utf-8"))
    else:
        whole_file.write(file, vl_convert.vegalite_to_png(drawing, scale=2))


def specification(curve: Curve, title: str) -> dict[str, Any]:
    """The Vega-Lite specification: shares in percent over N, a colour for each unit, a bar for what is unknown."""
    order = [*dict.fromkeys(str(choice.top) for choice in sorted(curve.points, key=_place) if choice.top), "all"]
    values = [
        {
            "N": str(choice.top or "all"),
            "unit": choice.unit,
            "rule": "; ".join(
                ["ties all in" if choice.ties == "include" else "ties share the places"]
                + ([f"open: {choice.open_means} terms"] if choice.open_means else [])
            ),
            "share": 100 * known.share,
            "high": 100 * known.share_high,
        }
        for choice, known in curve.points.items()
    ]
    across = {
        "x": {"field": "N", "type": "nominal", "sort": order, "title": "N", "axis": {"labelAngle": 0}},
        "xOffset": {"field": "unit", "type": "nominal", "sort": ["entry", "release", "developer"]},
        "color": {"field": "unit", "type": "nominal", "title": "counted by", "sort": ["entry", "release", "developer"]},
    }
    up = {
        "field": "share",
        "type": "quantitative",
        "title": f"share of {curve.where}, %",
        "scale": {"domain": [0, 100]},
    }
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {
            "text": f"{title}, {curve.day}",
            "subtitle": textwrap.wrap(sentence(curve), 95),
            "anchor": "start",
        },
        "width": 520,
        "height": 300,
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "rule"}, "encoding": across | {"y": up, "y2": {"field": "high"}}},
            {
                "mark": {"type": "point", "filled": True, "size": 70},
                "encoding": across | {"y": up, "shape": {"field": "rule", "type": "nominal", "title": "rule"}},
            },
        ],
    }


def _place(choice: Any) -> int:
    return choice.top or 0
