"""Boards of any kind, for what must hold on all of them: a strategy for hypothesis, and how often it is asked."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.tiny import Row

# Two scores, so that most rows tie, and unknowns in every other row.
row_lists = st.lists(
    st.builds(
        Row,
        name=st.sampled_from("abcd"),
        score=st.sampled_from([1.0, 2.0, 2.0, None]),
        published_rank=st.sampled_from([1.0, 2.0, None]),
        release=st.sampled_from(["", "r1", "r2"]),
        developer=st.sampled_from(["", "*", "A", "B"]),
        country=st.sampled_from(["", "", "mixed", "CN", "US"]),
        openness=st.sampled_from(["", "", "open_weights", "restricted_weights", "proprietary"]),
    ),
    min_size=1,
    max_size=6,
)

on_any_board = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
