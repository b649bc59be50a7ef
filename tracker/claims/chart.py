"""A claim over time as a picture: its first count at every point, and the figure that was claimed."""

from __future__ import annotations

import textwrap
from typing import Any

from tracker.claims.history import History

# Distinct in shape as well as in colour (Okabe and Ito's palette, safe for colour-blind eyes).
LOOKS = {
    "supported": ("#0072B2", "circle"),
    "depends": ("#E69F00", "diamond"),
    "contradicted": ("#7F7F7F", "square"),
    "not judged": ("#BBBBBB", "cross"),
}


MANY = 40  # points, from which on they stand along a time axis and without their figures


def specification(history: History) -> dict[str, Any]:
    """The Vega-Lite specification: one mark for each point, a bar for what is unknown, a line at the claimed figure."""
    claim, count = history.claim, history.claim.counts[0]
    points = [point for point in history.points if point.bounds]
    values = [
        {
            "point": point.basis.edition or point.basis.day.isoformat(), "day": point.basis.day.isoformat(),
            "low": float(point.bounds[0].low), "high": float(point.bounds[0].high),
            "label": f"{float(point.bounds[0].count):.4g}" + ("" if point.whole else f" of {float(point.of):g}"),
            "count": float(point.bounds[0].count), "verdict": point.verdict.verdict,
        }
        for point in points
    ]  # fmt: skip
    across = (
        {"field": "day", "type": "temporal", "title": None} if len(points) > MANY
        else {"field": "point", "type": "nominal", "sort": None, "title": None, "axis": {"labelAngle": -45}}
    )  # fmt: skip
    most = max([claim.top, *(float(point.bounds[0].high) for point in points)])
    up = {"type": "quantitative", "title": f"{count.words()}, of the top {claim.top}", "scale": {"domain": [0, most]}}
    verdicts = [verdict for verdict in LOOKS if any(value["verdict"] == verdict for value in values)]
    colours, shapes = ([LOOKS[verdict][part] for verdict in verdicts] for part in (0, 1))
    legend = {"field": "verdict", "type": "nominal", "title": "the sentence is"}
    # A figure stands where neither the line of the claim nor the bar of the unknown runs through it.
    below = f"datum.count < {count.count} || datum.high > datum.count"
    figures = [
        {"mark": {"type": "text", "dy": 15 if test == below else -13, "fontSize": 11},
         "transform": [{"filter": test}],
         "encoding": {"x": across, "y": up | {"field": "count"}, "text": {"field": "label"}}}
        for test in (below, f"!({below})")
        if len(points) <= MANY
    ]  # fmt: skip
    lines = [line for sentence in history.sentences() for line in textwrap.wrap(sentence, 95)]
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": {
            "text": textwrap.wrap(f"{count.words()} in the top {claim.top} of {claim.board}, at every point", 80),
            "subtitle": [*textwrap.wrap(f"Claimed: {claim.text}", 95), *lines], "anchor": "start", "offset": 14,
        },
        "width": 620,
        "height": 260,
        "padding": 12,
        "background": "white",
        "data": {"values": values},
        "layer": [
            {"mark": {"type": "rule", "strokeDash": [6, 4], "color": "#D55E00"}, "data": {"values": [{}]},
             "encoding": {"y": {"datum": count.count, "type": "quantitative"}}},
            {"mark": {"type": "rule", "size": 6, "opacity": 0.35},
             "encoding": {"x": across, "y": up | {"field": "low"}, "y2": {"field": "high"}}},
            {"mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
             "encoding": {"x": across, "y": up | {"field": "count"},
                          "color": legend | {"scale": {"domain": verdicts, "range": colours}},
                          "shape": legend | {"scale": {"domain": verdicts, "range": shapes}}}},
            *figures,
        ],
    }  # fmt: skip
