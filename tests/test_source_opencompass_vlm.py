"""OpenVLM: a mean of eight benchmarks."""

from __future__ import annotations

import pytest

from scrapers.errors import MissingColumn, PageError
from scrapers.model import Snapshot
from tests.saved_pages import SAVED, page, read, replaced


def scores(result: list[Snapshot]) -> dict[str, float | None]:
    """Name: score of the one snapshot."""
    (snapshot,) = result
    return {entry.name: entry.score for entry in snapshot.entries}


def test_openvlm_takes_the_mean_of_eight_and_both_halves_of_mmbench() -> None:
    """OCRBench counts out of 100; English and Chinese stand for MMBench; a model that lacks one has no mean."""
    saved = page(SAVED / "opencompass_vlm" / "openvlm.json")
    eight = (87.3 + 76.1 + 77.0 + 82.8 + 88.5 + 90.2 + 66.7 + 89.4) / 8
    assert scores(read("opencompass_vlm", saved))["SenseNova-V6-5-Pro"] == pytest.approx(eight)
    halved = replaced(saved, '"MMBench_V11": {\n    "Overall": 87.3\n   }',
                      '"MMBench_TEST_EN_V11": {"Overall": 88.3}, "MMBench_TEST_CN_V11": {"Overall": 86.3}')  # fmt: skip
    assert scores(read("opencompass_vlm", halved))["SenseNova-V6-5-Pro"] == pytest.approx(eight)
    with pytest.raises(MissingColumn, match="MMVet"):
        read("opencompass_vlm", replaced(saved, '"MMVet"', '"MMVet2"'))
    with pytest.raises(PageError, match="OpenSource of 'SenseNova-V6-5-Pro' is 'Soon'"):
        read("opencompass_vlm", replaced(saved, '"OpenSource": "No"', '"OpenSource": "Soon"'))
