"""OpenVLM: one JSON of all models and benchmarks; its `time` is frozen, so no day is published.

The score is what the upstream's page ranks by: the mean of its eight default benchmarks, OCRBench counted out of 100,
MMBench as the mean of its English and Chinese halves where the file has those instead. It is not rounded, and a model
that lacks one of the eight has none, as on the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any

from scrapers import formats, values
from scrapers.errors import MissingColumn, PageError
from scrapers.model import Entry, Pages, Snapshot

BENCHMARKS = ("MMBench_V11", "MMStar", "MMMU_VAL", "MathVista", "OCRBench", "AI2D", "HallusionBench", "MMVet")
HALVES = {"MMBench_V11": ("MMBench_TEST_EN_V11", "MMBench_TEST_CN_V11")}
OPENNESS = {"Yes": "open", "No": "closed", None: None}


def parse(pages: Pages) -> Iterable[Snapshot]:
    """Every model of `results`; MissingColumn names a benchmark that no model has, since then the page has changed."""
    for page in pages:
        models = formats.read_json(page.body)["results"]
        present = {benchmark for model in models.values() for benchmark in model}
        for benchmark in BENCHMARKS:
            if not {benchmark, *HALVES.get(benchmark, ())} & present:
                raise MissingColumn(benchmark, present)
        yield Snapshot("opencompass_vlm", None, None, tuple(entry(name, model) for name, model in models.items()))


def entry(name: str, model: Mapping[str, Any]) -> Entry:
    """One model; META says who made it and whether its weights are published (Yes, No or blank)."""
    scores = [score(model, benchmark) for benchmark in BENCHMARKS]
    known = [value for value in scores if value is not None]
    flag = values.text(model["META"].get("OpenSource"))
    if flag not in OPENNESS:
        raise PageError(f"OpenSource of {name!r} is {flag!r}")
    return Entry(
        name=name,
        score=fmean(known) if len(known) == len(BENCHMARKS) else None,
        organization=values.text(model["META"].get("Org")),
        openness=OPENNESS[flag],
    )


def score(model: Mapping[str, Any], benchmark: str) -> float | None:
    """A benchmark's overall result, out of 100."""
    if benchmark not in model:
        halves = [score(model, half) for half in HALVES.get(benchmark, ())]
        known = [half for half in halves if half is not None]
        return fmean(known) if known and len(known) == len(halves) else None
    if benchmark == "OCRBench":  # published out of 1000
        final = values.number(model[benchmark]["Final Score"])
        return None if final is None else final / 10
    return values.number(model[benchmark]["Overall"])
