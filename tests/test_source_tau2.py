"""τ²-bench: a manifest and its submissions."""

from __future__ import annotations

import pytest

from scrapers.errors import PageError
from scrapers.model import Page, Pages, Request
from scrapers.sources import tau2
from tests.saved_pages import SAVED, declared


def set_of(*left_out: str) -> Pages:
    """The saved set, without the submissions whose names hold these words."""
    folder = SAVED / "tau2" / "set"
    files = [file for file in sorted(folder.rglob("*.json")) if not any(word in file.parent.name for word in left_out)]
    at = "https://saved.example/"
    return Pages([Page(file.stem, at + file.relative_to(folder).as_posix(), file.read_bytes()) for file in files])


def test_a_set_that_lacks_a_submission_is_refused_and_names_it() -> None:
    """No board of fewer rows."""
    (part,) = tau2.sets(set_of("qwen3"))
    with pytest.raises(PageError, match="lacks 1 submissions of its manifest, first 'qwen3-8-max_sierra_2026-08-04'"):
        list(tau2.parse(part))


def test_a_set_is_the_manifest_and_what_it_lists() -> None:
    """The example submission, and one of a list that is not shown, are in no set."""
    stray = Page("submission", "https://saved.example/gpt-4-1_openai_2024-06-20/submission.json", b"{}")
    (part,) = tau2.sets(Pages([*set_of(), stray]))
    assert stray not in list(part)
    assert len(part) == len(set_of())


def test_custom_scaffolds_are_no_rows_and_rows_need_the_domain() -> None:
    """ButtonAgent and RAFT are custom; four standard text models have banking, one of them nothing else."""
    (part,) = tau2.sets(set_of())
    rows = {snapshot.board: [entry.name for entry in snapshot.entries] for snapshot in tau2.parse(part)}
    assert rows["tau2_overall"] == ["Claude Opus 4.5 (high)", "GPT-5.2 (high)", "GPT-5.2 (none)"]
    assert rows["tau2_banking"] == [*rows["tau2_overall"], "Qwen 3.8 Max (xhigh)"]
    assert rows["tau2_voice_overall"] == ["gpt-realtime-2 (xhigh)", "Cascaded baseline"]


def asked(manifest: bytes | None) -> list[str]:
    """The addresses that are asked for where this manifest comes."""
    requests = tau2.pages(declared("tau2"))
    result: list[Request] = [next(requests)]
    try:
        result.append(requests.send(manifest))
        while True:
            result.append(requests.send(b"{}"))
    except StopIteration:
        return [request.address for request in result]


def test_every_submission_of_the_boards_is_asked_for() -> None:
    """Legacy ones are on no board; a name that leads elsewhere is followed nowhere."""
    result = asked((SAVED / "tau2" / "set" / "manifest.json").read_bytes())
    assert len(result) == 1 + 6 + 3
    assert result[1].endswith("/public/submissions/claude-opus-4-5_sierra_2026-02-26/submission.json")
    for bad in (
        None,
        b"[]",
        b"{}",
        b'{"submissions": []}',
        b'{"submissions": ["../../x"]}',
        b'{"submissions": ["a/b"]}',
    ):
        assert len(asked(bad)) == 1
    with pytest.raises(PageError, match="not the name of a submission: 'a/b'"):
        tau2.listed(b'{"submissions": ["a/b"]}')
