"""How every chart looks: a title that says the finding, what it is about below, definition and source at the foot."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from scrapers.errors import TrackerError

if TYPE_CHECKING:
    import altair as alt

# Okabe and Ito's colours, which colour-blind eyes tell apart; the first is that of a single line.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7F7F7F")
# The same country has the same colour in every chart; the others take those that are left.
COUNTRIES = {
    "US": COLOURS[0],
    "CN": COLOURS[1],
    "FR": COLOURS[2],
    "KR": COLOURS[3],
    "CA": COLOURS[4],
    "unknown": COLOURS[6],
}
GREY, INK, GRID = "#767676", "#222222", "#E6E6E6"
# The first that is there; the last ones have Chinese characters.
FONT = "Inter, Helvetica, Arial, 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'PingFang SC', sans-serif"
WIDTH = 640
SHORT = 120  # days


def library() -> Any:
    """Altair; TrackerError says how it is installed."""
    try:
        import altair
    except ImportError:
        raise TrackerError("charts need Altair: pip install 'leaderboard-tracker[report]'") from None
    return altair


def colours(countries: Sequence[str]) -> list[str]:
    """A colour for each, in their order; what has none of its own takes one that no other of them has."""
    own = {name: COUNTRIES[name] for name in countries if name in COUNTRIES}
    left = [colour for colour in COLOURS if colour not in own.values()] or list(COLOURS)
    others = [name for name in countries if name not in own]
    return [(own | {name: left[at % len(left)] for at, name in enumerate(others)})[name] for name in countries]


def days(span: int) -> alt.Axis:
    """An axis of days, for so many of them: a short one names days, a long one months and years."""
    form: dict[str, Any] = {"format": "%-d %b"} if span < SHORT else {}
    axis: alt.Axis = library().Axis(labelOverlap=True, **form)
    return axis


def framed(chart: alt.TopLevelMixin, title: str, details: Sequence[str], foot: Sequence[str]) -> alt.VConcatChart:
    """The chart with its title, what it is details in grey, and the foot; lines are wrapped to the width."""
    altair = library()
    header = altair.TitleParams(
        textwrap.wrap(title, 72), subtitle=[line for text in details for line in textwrap.wrap(text, 104)],
        anchor="start", fontSize=16, subtitleFontSize=11, subtitleColor=GREY, color=INK, offset=14,
    )  # fmt: skip
    below = altair.TitleParams(
        [line for text in foot for line in textwrap.wrap(text, 120)], orient="bottom", anchor="start", fontSize=10,
        fontWeight="normal", color=GREY, offset=10,
    )  # fmt: skip
    whole = altair.vconcat(chart.properties(title=header)).properties(title=below, background="white", padding=14)
    axis = {"labelColor": INK, "titleColor": GREY, "titleFontWeight": "normal", "gridColor": GRID, "domainColor": GREY}
    styled: alt.VConcatChart = whole.configure(font=FONT).configure_view(stroke=None).configure_axis(**axis)
    return styled
