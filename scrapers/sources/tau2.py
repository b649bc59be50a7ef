"""τ²-bench: a manifest names the submissions, each of which is one JSON; together they are the boards.

As the site shows them by default: standard submissions (custom scaffolds hidden, legacy ones of the first task set
hidden), the domain's own pass^1, and overall as the mean of three domains for those that have all three.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable
from statistics import fmean
from typing import Any

from scrapers import formats, values
from scrapers.errors import PageError
from scrapers.model import Entry, Page, Pages, Request, Snapshot
from scrapers.spec import Source

CORE = ("retail", "airline", "telecom")
LISTS = {"": "submissions", "voice_": "voice_submissions"}  # prefix of the board's name: its list in the manifest


def pages(source: Source) -> Generator[Request, bytes | None, None]:
    """The manifest, then every submission that the boards are made of."""
    address = source.pages[0].address
    manifest = yield Request(role="manifest", address=address, fallback=True)
    try:
        names = listed(manifest) if manifest is not None else {}
    except (PageError, KeyError, TypeError):
        names = {}  # the page is archived; parsing it reports what is wrong
    for name in dict.fromkeys(name for group in names.values() for name in group):
        yield Request(role="submission", address=address.replace("manifest.json", f"{name}/submission.json"))


def listed(manifest: bytes) -> dict[str, list[str]]:
    """The submissions of each list that the manifest has; the voice list came in March 2026."""
    content = formats.read_json(manifest)
    names_by_kind = {kind: content[key] for kind, key in LISTS.items() if key == "submissions" or key in content}
    for name in (name for names in names_by_kind.values() for name in names):
        if not re.fullmatch(r"\w[\w.-]*", name) or ".." in name:
            raise PageError(f"not the name of a submission: {name!r}")
    if not names_by_kind[""]:
        raise PageError("the manifest lists no submissions")
    return names_by_kind


def sets(pages: Pages) -> Iterable[Pages]:
    """The manifest with those submissions that it lists; others (the examples, legacy ones) are in no set."""
    for manifest in pages.all("manifest"):
        names = {name for group in listed(manifest.body).values() for name in group}
        yield Pages([manifest, *(page for page in pages.all("submission") if name_of(page) in names)])


def check(page: Page) -> None:
    """PageError where the page is no manifest, or no submission."""
    if page.role == "manifest":
        listed(page.body)
    else:
        submission(page)


def name_of(page: Page) -> str:
    """The submission's folder."""
    return page.address.removesuffix("/submission.json").rpartition("/")[2]


def parse(pages: Pages) -> Iterable[Snapshot]:
    """Every board of a set; a submission by itself is only checked."""
    submissions = {name_of(page): submission(page) for page in pages.all("submission")}
    for manifest in pages.all("manifest"):
        groups = listed(manifest.body)
        missing = sorted({name for group in groups.values() for name in group} - submissions.keys())
        if missing:
            raise PageError(f"the set lacks {len(missing)} submissions of its manifest, first {missing[0]!r}")
        for kind, group in groups.items():
            shown = [submissions[name] for name in group]
            for domain in ("overall", *CORE, *(() if kind else ("banking_knowledge",))):
                rows = [
                    (submitted, score)
                    for submitted in shown
                    if (score := pass_1(submitted["results"], domain)) is not None
                ]
                if rows:
                    board = f"tau2_{kind}{domain.removesuffix('_knowledge')}"
                    rows = [row for row in rows if standard(row[0])]
                    newest = values.newest_day(row[0].get("submission_date") for row in rows)
                    yield Snapshot(board, None, None, tuple(entry(*row) for row in rows), newest)


def submission(page: Page) -> dict[str, Any]:
    """One submission, with what every shape of it has."""
    content: dict[str, Any] = formats.read_json(page.body)
    for domain in ("overall", "banking_knowledge"):
        pass_1(content["results"], domain)
    entry(content, None)
    standard(content)
    return content


def standard(submission: dict[str, Any]) -> bool:
    """Whether the model ran in the benchmark's own scaffold; older submissions do not state it, but all did."""
    kind = submission["submission_type"] if "submission_type" in submission else "standard"
    if kind not in {"standard", "custom"}:
        raise PageError(f"submission_type is {kind!r}")
    return bool(kind == "standard")


def pass_1(results: dict[str, Any], domain: str) -> float | None:
    """pass^1 in that domain; a domain that was not run is null or absent."""
    if domain == "overall":
        scores = [score for part in CORE if (score := pass_1(results, part)) is not None]
        return fmean(scores) if len(scores) == len(CORE) else None  # sum() rounds otherwise from Python 3.12 on
    return values.number(results[domain]["pass_1"]) if results.get(domain) is not None else None


def entry(submission: dict[str, Any], score: float | None) -> Entry:
    """A row; the effort distinguishes runs of the same model. The organisation is the model's, not the submitter's."""
    name = submission["model_name"]
    effort = submission["reasoning_effort"] if "reasoning_effort" in submission else None  # `none` is an effort, too
    return Entry(
        name=f"{name} ({effort})" if effort else name,
        score=score,
        organization=values.text(submission.get("model_organization")),
        models=(name,) if effort else (),
    )
