"""What the sources of many shapes read, drop and refuse: agents, sets of pages, usage, Chinese tables, feeds."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest

from registry.load import load_registry
from registry.resolve import Printed, Resolved, resolve
from scrapers import table_parser
from scrapers.errors import MissingColumn, PageError
from scrapers.model import Page, Pages, Request, Snapshot
from scrapers.sources import tau2
from scrapers.spec import SOURCES, Source, load_source
from storage import validate

SAVED = Path(__file__).parent / "pages"


def source(name: str) -> Source:
    """What the source declares of itself."""
    return load_source(SOURCES / f"{name}.toml")


def read(name: str, body: bytes, role: str) -> dict[str, Snapshot]:
    """The snapshots of one page, by board."""
    found = table_parser.snapshots(source(name), Pages([Page(role, f"https://saved.example/{role}", body)]))
    return {snapshot.board: snapshot for snapshot in found}


def saved(name: str, file: str) -> dict[str, Snapshot]:
    """The snapshots of a saved page."""
    return read(name, (SAVED / name / file).read_bytes(), file.partition(".")[0])


def judged(name: str, snapshot: Snapshot, day: date) -> str | None:
    """What the board's expectations say of it."""
    scores = [entry.score for entry in snapshot.entries if entry.score is not None]
    names = {entry.name for entry in snapshot.entries}
    seen = validate.SnapshotStats(
        day, len(snapshot.entries), names, min(scores, default=None), max(scores, default=None)
    )
    return validate.fault(source(name).boards[snapshot.board].expectations, seen)


# SWE-bench: agents and their models.


def resolved(snapshot: Snapshot) -> dict[str, Resolved]:
    """Each row of an agent by the shipped registry."""
    registry = load_registry()
    return {entry.name: resolve(Printed(entry.name, entry.models), registry) for entry in snapshot.entries}


def test_rows_of_several_models_are_mixed_where_they_differ_and_rows_of_none_are_unknown() -> None:
    """Two models of ByteDance agree; Claude and GPT differ in the maker alone; an agent's maker is nobody's model."""
    rows = resolved(saved("swebench", "leaderboards.json")["swebench_verified"])
    said = {name: (row.developer, row.country) for name, row in rows.items()}
    assert said["TRAE + Doubao-Seed-Code"] == ("bytedance", "CN")
    assert said["Atlassian Rovo Dev (2025-09-02)"] == ("mixed", "US")
    assert said["Nemotron-CORTEXA"] == ("mixed", "mixed")
    assert said["OpenHands + Claude 4 Sonnet"] == ("anthropic", "US")
    assert said["Amazon Q Developer Agent (v20250405-dev)"] == (None, None)


def test_the_maker_of_an_agent_and_its_flags_are_not_passed_on() -> None:
    """`Org:` is not the model's; os_model was true for gemini-2.5-pro, and false for Qwen3-Coder-480B, for months."""
    for snapshot in saved("swebench", "leaderboards.json").values():
        assert {(entry.organization, entry.openness) for entry in snapshot.entries} == {(None, None)}


@pytest.mark.parametrize(
    ("body", "role", "said"),
    [
        (b"<html><body>nothing</body></html>", "index", "the page holds no leaderboard"),
        (b'{"leaderboards": [{"name": "Lite", "results": []}]}', "leaderboards", "no column 'Verified'"),
        (b'{"leaderboards": [{"name": "Verified", "results": [{"name": "a"}]}]}', "leaderboards", "KeyError: 'resolved'"),
    ],
)  # fmt: skip
def test_a_swe_bench_page_without_its_board_is_refused(body: bytes, role: str, said: str) -> None:
    """Each by what it lacks."""
    with pytest.raises(PageError, match=said):
        read("swebench", body, role)


def test_a_swe_bench_table_without_its_column_is_refused() -> None:
    """The tables of the front page of June 2025."""
    body = (SAVED / "swebench" / "index.2025-06-04.html").read_bytes().replace(b"% Resolved", b"Score")
    with pytest.raises(MissingColumn, match="no column '% Resolved'"):
        read("swebench", body, "index")


# τ²-bench: a manifest and its submissions.


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
    requests = tau2.pages(source("tau2"))
    found: list[Request] = [next(requests)]
    try:
        found.append(requests.send(manifest))
        while True:
            found.append(requests.send(b"{}"))
    except StopIteration:
        return [request.address for request in found]


def test_every_submission_of_the_boards_is_asked_for() -> None:
    """Legacy ones are on no board; a name that leads elsewhere is followed nowhere."""
    found = asked((SAVED / "tau2" / "set" / "manifest.json").read_bytes())
    assert len(found) == 1 + 6 + 3
    assert found[1].endswith("/public/submissions/claude-opus-4-5_sierra_2026-02-26/submission.json")
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


# Rows that are no model, or not of the board.


def test_people_and_hidden_evaluations_are_no_rows_of_arc_prize() -> None:
    """A row that is printed twice stays twice."""
    names = Counter(entry.name for entry in saved("arc_prize", "leaderboard.json")["arc_agi_2"].entries)
    assert "Human Panel" not in names
    assert names["GPT-5 (Low)"] == 2
    assert sum(names.values()) == 6


def test_gso_counts_one_try_and_tells_efforts_apart() -> None:
    """Opt@10 is another metric: 15.7 of ten tries is no score of the board."""
    entries = saved("gso", "leaderboard.json")["gso"].entries
    assert b'"score": 15.7,' in (SAVED / "gso" / "leaderboard.json").read_bytes()
    assert 15.7 not in {entry.score for entry in entries}
    assert {"Claude Opus 4.6 (high)", "Claude Opus 4.6"} <= {entry.name for entry in entries}


def test_terminal_bench_gives_the_organisation_of_the_model_and_none_to_multiple() -> None:
    """A half-width that is N/A is missing, the score beside it is not."""
    entries = saved("terminal_bench", "leaderboard.html")["terminal_bench"].entries
    assert (entries[0].name, entries[0].score, entries[0].score_low) == ("Codex CLI + GPT-5.5", 82.0, 79.8)
    several = [entry for entry in entries if entry.name.endswith("+ Multiple")]
    assert [(entry.organization, entry.models) for entry in several] == [(None, ("-",))]
    assert [(entry.score, entry.score_low) for entry in entries if entry.score == 66.9] == [(66.9, None)]


def test_the_total_of_superclue_is_told_by_its_heading() -> None:
    """The table of open models has the same columns; without the heading nothing is taken for the total."""
    entries = saved("superclue", "readme.2023-08.md")["superclue_total"].entries
    assert (entries[0].name, entries[0].score) == ("GPT-4 ↗", 81.03)
    assert all(entry.name != "人类" for entry in saved("superclue", "readme.2023-06-02.md")["superclue_total"].entries)
    body = (SAVED / "superclue" / "readme.2023-08.md").read_bytes().replace("总排行榜".encode(), "榜".encode())
    with pytest.raises(PageError, match="no heading of a table of totals"):
        read("superclue", body, "readme")


# Usage.


def days(first: date, last: date, *rows: tuple[int, str, str]) -> bytes:
    """OpenRouter's answer with these rows (day of the window, slug, tokens)."""
    data = [
        {"date": str(first + timedelta(days=at)), "model_permaslug": slug, "total_tokens": tokens}
        for at, slug, tokens in rows
    ]
    return orjson.dumps({"data": data, "meta": {"start_date": str(first), "end_date": str(last)}})


def test_tokens_of_days_are_summed_over_whole_weeks() -> None:
    """Sunday and the week that has begun are left out; `other` is no model."""
    rows = (0, "x/a", "9"), (1, "x/a", "1"), (7, "x/a", "2"), (7, "other", "5"), (8, "x/a", "7")
    body = days(date(2026, 5, 3), date(2026, 5, 11), *rows)
    snapshot = read("openrouter_rankings", body, "weeks")["openrouter_tokens"]
    assert snapshot.published_on == date(2026, 5, 10)
    assert [(entry.name, entry.score) for entry in snapshot.entries] == [("x/a", 3.0)]
    with pytest.raises(PageError, match="no whole week between 2026-05-05 and 2026-05-12"):
        read("openrouter_rankings", days(date(2026, 5, 5), date(2026, 5, 12), (0, "x/a", "9")), "weeks")


def test_a_mirror_that_is_empty_is_refused_and_one_of_another_unit_is_quarantined() -> None:
    """5e7 where a week's tokens are 1e12: since April 2026 the mirror's `models` hold some other table."""
    with pytest.raises(PageError, match="the ranking is empty"):
        read("openrouter_empty", b'{"meta": {"fetched_at": "2026-08-22T06:30:59Z"}, "models": []}', "rankings")
    page = orjson.loads((SAVED / "openrouter_empty" / "rankings.json").read_bytes())
    page["models"] = [{**row, "tokens": row["tokens"] // 10**5} for row in page["models"] * 3]
    snapshot = read("openrouter_empty", orjson.dumps(page), "rankings")["openrouter_tokens"]
    assert "expected from 1e+10 to 1e+15" in (judged("openrouter_empty", snapshot, date(2026, 4, 1)) or "")


# Payloads of pages, keys, renamed fields.


@pytest.mark.parametrize(("lists", "said"), [(None, "holds no Next.js payload"), (0, "0 lists"), (2, "2 lists")])
def test_a_seal_page_needs_one_list_of_entries(lists: int | None, said: str) -> None:
    """The payload comes in pieces; a list may be cut between two of them."""
    lines = (SAVED / "seal_swebench_pro" / "leaderboard.html").read_text().splitlines()
    first, *rest = [line for line in lines if line.startswith("<script>")]
    body = "<html>" if lists is None else "\n".join(["<html>", first, *rest * lists])
    with pytest.raises(PageError, match=said):
        read("seal_swebench_pro", body.encode(), "leaderboard")


def test_a_cut_page_of_artificial_analysis_is_quarantined() -> None:
    """Recordings of April 2026 hold 56 models of five creators, where nine days later there are 513 of all."""
    snapshot = saved("artificial_analysis", "models.json")["aa_intelligence"]
    assert judged("artificial_analysis", snapshot, date(2026, 4, 28)) == "4 rows, at least 250 are expected"


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "said"),
    [
        ("bfcl", "overall.csv", "Overall Acc", "Overall", "no column 'Overall Acc'"),
        ("bfcl", "overall.csv", "License", "Terms", "no column 'License'"),
        ("bfcl", "overall.csv", ",Model,", ",Model,Link,", "row 1 has"),
        ("gso", "leaderboard.json", '"setting"', '"mode"', "KeyError: 'setting'"),
        ("gso", "leaderboard.json", '"Opt@10"', '"Opt@5"', "setting is 'Opt@5'"),
        ("terminal_bench", "leaderboard.html", "Model Org", "Maker", "no column 'Model Org'"),
        ("arc_prize", "leaderboard.json", "v2_Semi_Private", "v2_Semi", "no evaluations of v2_Semi_Private"),
        ("arc_prize", "leaderboard.json", '"id": "R1"', '"id": "R2"', "KeyError: 'R1'"),
        ("artificial_analysis", "models.json", "_intelligence_index", "_index", "KeyError: 'artificial_analysis"),
        ("openrouter_weekly", "week.json", '"total_tokens"', '"tokens"', "KeyError: 'total_tokens'"),
        ("openrouter_rankings", "weeks.json", '"model_permaslug"', '"slug"', "KeyError: 'model_permaslug'"),
        ("superclue", "readme.md", "总分", "得分", "no column '总分 or 平均 or 平均分'"),
        ("superclue", "readme.md", "机构", "单位", "KeyError: '机构'"),
        ("tau2", "submission.json", '"model_organization"', '"maker"', "KeyError: 'model_organization'"),
        ("tau2", "submission.json", '"standard"', '"verified"', "submission_type is 'verified'"),
        ("tau2", "submission.json", '"pass_1"', '"pass1"', "KeyError: 'pass_1'"),
    ],
)
def test_a_renamed_field_is_refused_by_name(name: str, file: str, old: str, new: str, said: str) -> None:
    """Nothing of the page is taken."""
    body = (SAVED / name / file).read_bytes()
    assert old.encode() in body
    with pytest.raises(PageError, match=said):
        read(name, body.replace(old.encode(), new.encode()), file.partition(".")[0])


@pytest.mark.parametrize(
    ("name", "file", "cut"),
    [("arena_csv", "vision.csv", 1), ("arena_csv", "vision.csv", 3), ("epoch_eci", "eci.csv", 1)],
)
def test_a_table_that_is_cut_inside_its_last_cell_is_refused(name: str, file: str, cut: int) -> None:
    """The cell is one still, and each row has its number of cells: only the end of the last line is missing."""
    body = (SAVED / name / file).read_bytes()
    assert read(name, body, file.partition(".")[0])
    with pytest.raises(PageError, match="the page is cut: it does not end with a new line, as it always did"):
        read(name, body[:-cut], file.partition(".")[0])
    with pytest.raises(PageError, match="an HTML page came instead of data"):
        read(name, b"<html><body>We moved!</body></html>", file.partition(".")[0])


def test_what_is_off_says_why_and_keys_come_from_the_environment() -> None:
    """The value of a key is in no declaration."""
    off = ["arc_prize", "artificial_analysis", "openrouter_rankings", "openrouter_weekly", "openrouter_empty"]
    assert all(not source(name).enabled and source(name).disabled_reason for name in [*off, "seal_swebench_pro"])
    assert {name: (source(name).key, source(name).key_header) for name in off if source(name).key} == {
        "artificial_analysis": ("AA_API_KEY", "x-api-key"),
        "openrouter_rankings": ("OPENROUTER_API_KEY", "Authorization"),
    }


# Feeds: facts of models, no ranking.


def table(columns: tuple[str, ...], rows: int) -> bytes:
    """A CSV of that many rows."""
    return "\n".join([",".join(columns), *[",".join("x" * len(columns))] * rows]).encode() + b"\n"


EPOCH = ("Model", "Organization", "Publication date", "Country (of organization)", "Model accessibility")


@pytest.mark.parametrize(
    ("name", "role", "columns", "rows"),
    [
        ("epoch_models", "models", EPOCH, 500),
        ("tracked_models", "models", ("org", "model", "modelId"), 1000),
        ("tracked_models", "regions", ("hf_org", "region", "notes"), 80),
    ],
)
def test_a_feed_is_checked_and_is_no_ranking(name: str, role: str, columns: tuple[str, ...], rows: int) -> None:
    """Its columns and a number of rows; no board, no snapshot."""
    assert read(name, table(columns, rows), role) == {}
    with pytest.raises(PageError, match=f"{rows - 1} rows, at least {rows} are expected"):
        read(name, table(columns, rows - 1), role)
    with pytest.raises(MissingColumn, match=f"no column '{columns[-1]}'"):
        read(name, table(columns[:-1], rows), role)
    assert source(name).boards == {}


def test_the_feed_of_openrouter_is_checked() -> None:
    """Ids, and the id of the weights."""
    row = {"id": "a/b", "canonical_slug": "a/b", "name": "B", "created": 1, "hugging_face_id": ""}
    less = {key: cell for key, cell in row.items() if key != "hugging_face_id"}
    assert read("openrouter_models", orjson.dumps({"data": [row] * 100}), "models") == {}
    with pytest.raises(MissingColumn, match="no column 'hugging_face_id'"):
        read("openrouter_models", orjson.dumps({"data": [*[row] * 99, less]}), "models")
