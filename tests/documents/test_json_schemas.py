"""What commands print as JSON is what docs/schemas says, to each field; so is each line of NDJSON, and of the log."""

from __future__ import annotations

import contextlib
import json
import re
import signal
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator

from scrapers.spec import load_sources
from storage import lock
from storage.archive import Archive
from tests.place import Done, Place, page, put, small
from tests.upstream import NEWEST, Upstream, local
from tracker.cli import cli

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "docs" / "schemas"
SCHEMAS = sorted(file.stem for file in FOLDER.glob("*.json"))
DEMO_DAY = "2026-09-04"
# Commands whose answer has another shape with an option or a word; the others have one schema, by their name.
FURTHER = {
    "share": ["share-all", "share-history"],
    "claim": ["claim-history"],
    "registry-review": ["registry-review-accept"],
    "registry-evaluate": ["registry-evaluate-aliases"],
}
CHINESE, FOUNDING = ("--where", "country=CN"), "founding"

# Schema and words of commands that change nothing, over the data of the demo.
OVER_THE_DEMO: list[tuple[str, tuple[str, ...]]] = [
    ("boards", ("boards",)),
    ("top", ("top", "arena_text_raw")),
    ("top", ("top", "opencompass_llm", "--n", "60")),
    ("top", ("top", "aider_polyglot", "--n", "200")),
    ("top", ("top", "opencompass_vlm", "--n", "300")),
    ("top", ("top", "arena_text", "--as-of", "2020-01-01")),
    ("share", ("share", "arena_text_raw")),
    ("share", ("share", "arena_text", "--unit", "release", "--by", "country,open", "--top", "10", "--top", "500")),
    ("share", ("share", "opencompass_llm_knowledge", "--by", "openness", "--as-of", "2025-10-18")),
    ("share", ("share", "aider_polyglot", "--by", "developer", "--unit", "developer")),
    ("share", ("share", "aider_polyglot", "--by", "country,openness", "--ties", "exclude")),
    ("share", ("share", "arena_text_raw", "--by", "open", "--rank-by", "published_rank_at_most")),
    ("share", ("share", "vectara_hallucination", "--where", "country=ES", "--openness-as-of", "today")),
    ("share", ("share", "arena_text", "--as-of", "2020-01-01")),
    ("share-history", ("share", "opencompass_llm", "--history", "--by", "country,open")),
    ("share-history", ("share", "arena_text", "--history", "--by", "developer")),
    ("share-history", ("share", "arena_text", "--history", "--as-of", "2020-01-01")),
    ("share-all", ("share", "--all")),
    ("share-all", ("share", "--all", "--by", "openness", "--top", "10")),
    ("share-all", ("share", "--all", "--as-of", "2020-01-01")),
    ("sql", ("sql", "SELECT 1 AS a, NULL AS b, [DATE '2026-01-01'] AS c, {'d': 0.5} AS e")),
    ("sql", ("sql", "FROM latest LIMIT 2")),
    ("sql", ("sql", "SELECT 1 AS a WHERE false")),
    ("status", ("status",)),
    ("curve", ("curve", "arena_text_raw", *CHINESE)),
    ("curve", ("curve", "opencompass_llm_knowledge", "--where", "country=CN,open=open")),
    ("curve", ("curve", "arena_text", *CHINESE, "--as-of", "2020-01-01")),
    ("uncertainty", ("uncertainty", "arena_text_raw", *CHINESE, "--draws", "100")),
    ("uncertainty", ("uncertainty", "arena_text_raw", "--where", "open=open", "--draws", "10", "--top", "400")),
    ("uncertainty", ("uncertainty", "opencompass_llm", *CHINESE)),
    ("uncertainty", ("uncertainty", "arena_text", *CHINESE, "--as-of", "2020-01-01")),
    ("gap", ("gap", "arena_text_raw", "--between", "US", "--and", "CN")),
    ("gap", ("gap", "aider_polyglot", "--between", "openai", "--and", "deepseek", "--by", "developer")),
    ("gap", ("gap", "arena_text", "--between", "US", "--and", "AQ")),
    ("lag", ("lag", "arena_text_raw", "--of", "CN", "--behind", "US")),
    ("lag", ("lag", "aider_polyglot", "--of", "AQ", "--behind", "US")),
    ("lag", ("lag", "aider_polyglot", "--of", "US", "--behind", "AQ")),
    ("representation", ("representation", "arena_text_raw", *CHINESE)),
    ("representation", ("representation", "arena_text_raw", "--where", "country=AQ")),
    ("representation", ("representation", "opencompass_llm", "--where", "country=AQ")),
    ("representation", ("representation", "arena_text", *CHINESE, "--as-of", "2020-01-01")),
    ("composition", ("composition", "opencompass_llm", "--from", "2025-05-13", "--to", "2026-08-24", *CHINESE)),
    ("composition", ("composition", "opencompass_llm", "--from", "2020-05-13", "--to", "2026-08-24", *CHINESE)),
    ("changes", ("changes", "opencompass_llm", "--from", "2025-05-13", "--to", "2026-08-24", "--by", "country,open")),
    ("changes", ("changes", "arena_text", "--from", "2026-08-20", "--to", "2026-08-22")),
    ("changes", ("changes", "arena_text", "--from", "2020-08-20", "--to", "2026-08-22")),
    ("disagreements", ("disagreements",)),
    ("breaks", ("breaks",)),
    ("breaks", ("breaks", "arena_text")),
    ("claim", ("claim", "check", FOUNDING)),
    ("claim", ("claim", "check")),
    ("claim", ("claim", "14 of the top 20 on opencompass_llm_knowledge are CN, 8 are CN and open, 2025-10-18")),
    ("claim", ("claim", "4 of the top 5 on arena_text are CN, 2020-01-01")),
    ("claim", ("claim", "1 of the top 900 on aider_polyglot is CN")),
    ("claim-history", ("claim", "history", FOUNDING)),
    ("claim-history", ("claim", "history", "4 of the top 20 on arena_text_raw are CN, 2 are CN and open, 2026-09-01")),
    ("explain", ("explain", "arena_text_raw:2026-08-19:20:country=CN:4:59bed58a4810")),
    ("explain", ("explain", "arena_text_raw:2026-08-19:20:country,open=US,open:0:59bed58a4810")),
    ("registry-lookup", ("registry", "lookup", "deepseek-chat")),
    ("registry-lookup", ("registry", "lookup", "gpt-5 (high)", "--organization", "OpenAI")),
    ("registry-lookup", ("registry", "lookup", "Qwen3-32B", "--licence", "Apache 2.0")),
    ("registry-lookup", ("registry", "lookup", "nothing of the kind")),
    ("registry-review", ("registry", "review", "--limit", "200")),
    ("registry-unresolved", ("registry", "unresolved")),
    ("registry-conflicts", ("registry", "conflicts")),
    ("registry-conflicts", ("registry", "conflicts", "nobody/nothing")),
    ("registry-renames", ("registry", "renames")),
    ("registry-corrections", ("registry", "corrections")),
    ("sources-list", ("sources", "list")),
    ("sources-show", ("sources", "show", "opencompass")),
    ("sources-show", ("sources", "show", "artificial_analysis")),
    ("sources-show", ("sources", "show", "epoch_models")),
    ("quarantine-list", ("quarantine", "list")),
    ("check-archive", ("check-archive",)),
]
NAMES = "model_name_as_written,developer,country,weights,terms\nGPT-5 (high),OpenAI,CN,N,closed\nmystery,Nobody,US,Y,\n"
GROUPS = "group_id,name,level\na,GPT-5,release\na,mystery,release\nb,gpt-5 (high),release\nc,GPT-5 low,variant\n"


class Answers:
    """What commands printed, by schema, and the exit code of each."""

    def __init__(self) -> None:
        self.whole: dict[str, list[Any]] = {}
        self.lines: dict[str, list[Any]] = {}

    def keep(self, schema: str, done: Done, form: str) -> Any:
        """What was printed, once it is known to be JSON."""
        assert done.code in (0, 1, 75), (schema, done.err)
        if form == "json":
            assert done.out, (schema, done.err)
            self.whole.setdefault(schema, []).append(done.json())
            return done.json()
        assert done.out == "" or done.out.endswith("\n")
        records = [json.loads(line) for line in done.out.splitlines()]
        self.lines.setdefault(schema, []).extend(records)
        return records

    def both(self, schema: str, place: Place, *words: str | Path, now: str) -> Any:
        """Of a command that changes nothing, in both forms: NDJSON has the records of JSON, line by line."""
        whole = self.keep(schema, place.run(*words, "--format", "json", now=now), "json")
        records = self.keep(schema, place.run(*words, "--format", "ndjson", now=now), "ndjson")
        assert records == (whole if isinstance(whole, list) else [] if whole is None else [whole]), words
        return whole


@cache
def schema_of(name: str) -> dict[str, Any]:
    """A schema of docs/schemas."""
    schema: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return schema


def validator(name: str, *, of_line: bool = False) -> Draft202012Validator:
    """Of the whole answer, or of a line of NDJSON, which is `$defs/record`."""
    schema = schema_of(name)
    return Draft202012Validator({"$ref": "#/$defs/record", "$defs": schema["$defs"]} if of_line else schema)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, demo_data: Path) -> Answers:
    """The answers of every command, over the demo's data, a little board, and the simulated internet."""
    kept, folder = Answers(), tmp_path_factory.mktemp("answers")
    over_the_demo(kept, folder, demo_data)
    of_a_little_board(kept, folder)
    of_two_days(kept, folder)
    from_the_simulated_internet(kept, folder)
    return kept


def over_the_demo(kept: Answers, folder: Path, demo_data: Path) -> None:
    """Commands that change nothing."""
    place = Place(folder / "demo")
    place.config.write_text(f'data = "{demo_data}"\n')
    for schema, words in OVER_THE_DEMO:
        kept.both(schema, place, *words, now=DEMO_DAY)
    (folder / "names.csv").write_text(NAMES)
    (folder / "groups.csv").write_text(GROUPS)
    kept.both("registry-evaluate", place, "registry", "evaluate", folder / "names.csv", now=DEMO_DAY)
    kept.both(
        "registry-evaluate-aliases", place, "registry", "evaluate", "--aliases", folder / "groups.csv", now=DEMO_DAY
    )
    for board in ("arena_text_raw", "opencompass_llm"):
        (first, *_) = place.run("share", board, "--format", "json", now=DEMO_DAY).json()
        file = folder / f"{board}.zip"
        kept.both("bundle", place, "bundle", first["id"], file, now=DEMO_DAY)
        kept.both("verify", place, "verify", file, now=DEMO_DAY)


def of_a_little_board(kept: Answers, folder: Path) -> None:
    """What is quarantined, decided and damaged."""
    place = small(folder / "little")
    place.config.write_text('decisions = "decisions.csv"\n' + place.config.read_text())
    names = ("Qwen3-32B", "gpt-4o", "gpt4o mystery", "D", "E")
    assert put(place, page([50, 40, 30, 20, 10], names=names), "2026-01-01")["state"] == "accepted"
    (cut, moved) = (place.folder / "2026-01-02.csv", place.folder / "2026-01-03.csv")
    cut.write_bytes(page([60, 50]))
    moved.write_bytes(b"<html>moved</html>")
    for file, form in ((cut, "json"), (moved, "json"), (moved, "ndjson"), (cut, "ndjson")):
        kept.keep("import", place.run("import", "small", file, "--role", "plain", "--format", form), form)
    quarantined = kept.both("quarantine-list", place, "quarantine", "list", now=NEWEST)
    for entry in quarantined:
        kept.both("quarantine-show", place, "quarantine", "show", entry["id"], now=NEWEST)
    kept.both("status", place, "status", now=NEWEST)
    kept.both("registry-review", place, "registry", "review", now=NEWEST)
    (id_,) = [entry["id"] for entry in quarantined if entry["kind"] == "snapshot"]
    for command, form in (("accept", "json"), ("add", "json"), ("accept", "ndjson"), ("add", "ndjson")):
        words = ("quarantine", command, id_, "--reason", "a test", "--by", "ada", "--format", form)
        kept.keep(f"quarantine-{command}", place.run(*words), form)
    put(place, page([9]), "2026-01-05")
    ids = [entry["id"] for entry in place.run("quarantine", "list", "--format", "json").json() if entry["rows"]]
    for id_, form in zip(ids, ("json", "ndjson"), strict=True):
        words = ("quarantine", "reject", id_, "--reason", "a test", "--by", "ada", "--format", form)
        kept.keep("quarantine-reject", place.run(*words), form)
    for name, form in (("gpt4o mystery", "json"), ("E", "ndjson")):
        words = ("registry", "review", "--accept", name, "openai/gpt-4o", "--evidence", "https://example.org/card")
        kept.keep("registry-review-accept", place.run(*words, "--format", form), form)
    for form in ("json", "ndjson"):
        kept.keep("publish", place.run("publish", "--format", form), form)
        if form == "json":
            kept.both("registry-corrections", place, "registry", "corrections", now=NEWEST)
        kept.keep("rebuild", place.run("rebuild", "--format", form), form)
    damage(place)
    kept.both("check-archive", place, "check-archive", now=NEWEST)
    kept.keep("check-archive", place.run("check-archive", "--repair", "--format", "ndjson"), "ndjson")


def damage(place: Place) -> None:
    """A page that is damaged, one that is gone, a file of nobody, and a line of the ledger that is none."""
    archive = Archive(place.archive)
    archive.blob(archive.put(page([60, 50]))).write_bytes(b"torn")
    archive.blob(archive.put(page([9]))).unlink()
    (place.archive / "blobs" / "notes.txt").write_text("mine")
    ledger = sorted((place.archive / "ledger").glob("*.jsonl"))[0]
    ledger.write_bytes(b"junk\n" + ledger.read_bytes())


def of_two_days(kept: Answers, folder: Path) -> None:
    """A rename, a capture that was not accepted, and a board without scores of some rows."""
    place = small(folder / "two_days")
    put(place, page([50, 40, 30, 20], names=("Qwen3-32B", "gpt-4o", "old name", "D")), "2026-01-01")
    put(place, b"<html>moved</html>", "2026-01-02")
    put(place, page([51, 45, 30, 20], names=("Qwen3-32B", "gpt-4o", "new name", "D")), "2026-01-03")
    put(place, b"<html>gone</html>", "2026-01-04")
    kept.both("registry-renames", place, "registry", "renames", now=NEWEST)
    kept.both("changes", place, "changes", "small_plain", "--from", "2026-01-02", "--to", "2026-01-04", now=NEWEST)
    kept.both(
        "changes", place, "changes", "small_plain", "--from", "2026-01-01", "--where", "country=CN", now="2026-01-04"
    )
    sentence = "2 of the top 3 on small_dated are CN, 2026-01-03"  # a board without a snapshot
    kept.both("claim", place, "claim", sentence, now=NEWEST)
    kept.both("claim-history", place, "claim", "history", sentence, now=NEWEST)
    kept.both("boards", place, "boards", now=NEWEST)
    other = (place.folder / "sources" / "small.toml").read_text().replace('metric = "points"\n', "")
    (place.folder / "sources" / "other.toml").write_text(other.replace("example.org", "example.net"))
    file = place.folder / "other.csv"
    file.write_bytes(page([52, 45, 30, 20], names=("Qwen3-32B", "gpt-4o", "another name", "D")))
    words = ("import", "other", file, "--role", "plain", "--captured-at", "2026-01-03")
    kept.keep("import", place.run(*words, "--format", "json"), "json")
    assert kept.both("disagreements", place, "disagreements", "--top", "3", now=NEWEST)
    address = "https://example.org/nobody.csv"
    (place.folder / "index.csv").write_text(f"captured_at,url,file\n2026-01-01,{address},other.csv\n")
    kept.keep("import", place.run("import", "--index", place.folder / "index.csv", "--format", "json"), "json")


def from_the_simulated_internet(kept: Answers, folder: Path) -> None:
    """Commands that fetch, with pages that fail and pages that are refused."""
    upstream = Upstream()
    try:
        place = Place(folder / "collected", upstream.mirror)
        names = ("aider", "vectara", "gso", "arena")
        for form in ("json", "ndjson"):
            kept.keep("collect", place.run("collect", *names, "--format", form), form)
            kept.keep("backfill", place.run("backfill", "opencompass", "--from", "bundled", "--format", form), form)
            kept.keep("sources-check", place.run("sources", "check", "vectara", "--format", form), form)
            upstream.instead[local(f"https://example.org/{form}.csv")] = b"model,score\na,3\nb,2\nc,1\nd,0\n"
            with contextlib.chdir(place.folder):
                words = ("sources", "new", form, f"https://example.org/{form}.csv", "--format", form)
                kept.keep("sources-new", place.run(*words), form)
        kept.both("registry-conflicts", place, "registry", "conflicts", now=NEWEST)
    finally:
        upstream.close()
    assert kept.keep("collect", place.run("collect", "vectara", "--format", "json"), "json")[0]["problem"]
    words = ("sources", "check", "vectara", "artificial_analysis", "--format", "json")
    kept.keep("sources-check", place.run(*words), "json")


OF_COMMANDS = [name for name in SCHEMAS if name != "log"]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """(its words, joined by -, and the command) of every command, those of groups included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield "-".join((*path, name)), command


def test_every_command_that_takes_a_format_has_a_schema() -> None:
    """By its name, and one more for each shape of its own; there is no schema of nothing."""
    taking = {
        name
        for name, command in commands(cli)
        if any(
            "--format" in option.opts and "ndjson" in getattr(option.type, "choices", ()) for option in command.params
        )
    }
    assert {"share", "sql", "collect", "quarantine-accept", "registry-lookup"} <= taking
    assert sorted([*taking, *(name for names in FURTHER.values() for name in names)]) == OF_COMMANDS
    assert FURTHER.keys() <= taking


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    """Of JSON Schema 2020-12, under its own relative id, with a title, and a description of each property."""
    schema = schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert (schema["$schema"], schema["$id"]) == (Draft202012Validator.META_SCHEMA["$id"], f"{name}.json")
    assert schema["title"].startswith("tracker ")
    assert schema["description"]
    for shape in shapes(schema):
        assert shape["additionalProperties"] is (name == "sql")
        for key, value in shape.get("properties", {}).items():
            assert value["description"], key
        assert set(shape.get("required", [])) <= shape.get("properties", {}).keys()


def test_every_schema_is_listed() -> None:
    """docs/json.md links to each, under the command that it is of."""
    text = (ROOT / "docs" / "json.md").read_text("utf-8")
    for name in OF_COMMANDS:
        assert f"| `{schema_of(name)['title']}` | [{name}](schemas/{name}.json) |" in text
    assert "(schemas/log.json)" in text
    for event in schema_of("log")["$defs"]["record"]["properties"]["event"]["enum"]:
        assert f"`{event}`" in text, event


def shapes(schema: Any) -> Iterator[dict[str, Any]]:
    """Every object that a schema describes, at any depth."""
    if isinstance(schema, list):
        for each in schema:
            yield from shapes(each)
    elif isinstance(schema, dict):
        if schema.get("type") == "object":
            yield schema
        for each in schema.values():
            yield from shapes(each)


@pytest.mark.parametrize("name", OF_COMMANDS)
def test_what_is_printed_is_what_the_schema_says(answers: Answers, name: str) -> None:
    """JSON as a whole, each line of NDJSON as a record."""
    assert answers.whole[name]
    for whole in answers.whole[name]:
        validator(name).validate(whole)
    assert answers.lines[name], "there is no record to look at"
    for record in answers.lines[name]:
        assert isinstance(record, dict)
        validator(name, of_line=True).validate(record)


def wrong(value: Any) -> Iterator[tuple[str, Any]]:
    """(what was done, the value with one thing wrong), at every place: a key left out or added, a type that is another."""
    if isinstance(value, dict):
        yield "a key more", {**value, "nobody has this key": 1}
        for key in value:
            yield f"without {key}", {other: value[other] for other in value if other != key}
            for what, changed in wrong(value[key]):
                yield f"{key}: {what}", {**value, key: changed}
    elif isinstance(value, list):
        yield "no list", {"list": value}
        for number, each in enumerate(value[:1]):
            for what, changed in wrong(each):
                yield f"{number}: {what}", [*value[:number], changed, *value[number + 1 :]]
    elif isinstance(value, str):
        yield "a number", 7.5
    elif value is not None:
        yield "a text", str(value)


def test_what_is_made_wrong() -> None:
    """Every key, every type, at every depth."""
    assert sorted(what for what, _ in wrong({"a": 1, "b": [{"c": "x"}], "d": None})) == [
        "a key more", "a: a text", "b: 0: a key more", "b: 0: c: a number", "b: 0: without c", "b: no list", "without a",
        "without b", "without d",
    ]  # fmt: skip


# What may be absent, with what it depends on: the properties by which is counted, changes that are made, and what stands
# beside a snapshot alone. Of a query every column is the asker's own.
MAY_BE_ABSENT = re.compile(r"holds: 0: changes: without |moves: without open_means")


@pytest.mark.parametrize("name", [name for name in OF_COMMANDS if name != "sql"])
def test_a_schema_refuses_what_is_wrong_in_one_place(answers: Answers, name: str) -> None:
    """A key that is left out or added, a number that is a text and the reverse: of every field that was printed."""
    check, passed = validator(name, of_line=True), []
    for record in distinct(answers.lines[name]):
        by = [key for key in ("country", "openness", "open", "developer") if key in record.get("figure", record)]
        for what, changed in wrong(record):
            if MAY_BE_ABSENT.search(what) or (
                len(by) > 1 and what.removeprefix("figure: ").removeprefix("without ") in by
            ):
                continue
            if check.is_valid(changed):
                passed.append(what)
    assert passed == []


def distinct(records: list[Any]) -> list[Any]:
    """One record of each shape: which keys are there, and which of them hold something."""
    by_shape = {
        tuple((key, type(value).__name__, bool(value)) for key, value in record.items()): record for record in records
    }
    return list(by_shape.values())


def test_a_query_gives_objects(answers: Answers) -> None:
    """Of `tracker sql` the columns are free; a row is an object all the same, and the rows are a list."""
    for message in ([1], [[1]], {"a": 1}, None):
        assert not validator("sql").is_valid(message)


def test_without_an_answer_there_is_no_line(answers: Answers) -> None:
    """An object that there is not is null in JSON, a list is empty; both are no line of NDJSON."""
    for name in OF_COMMANDS:
        empty = [whole for whole in answers.whole[name] if not whole]
        allowed = None if "anyOf" in schema_of(name) else []
        assert all(whole == allowed for whole in empty), name
    for name in ("changes", "claim-history", "curve", "uncertainty", "gap", "lag", "representation", "composition"):
        assert None in answers.whole[name], name
    for name in ("top", "share", "share-history", "share-all", "sql", "disagreements"):
        assert [] in answers.whole[name], name


def lines_of_log(err: str) -> list[dict[str, Any]]:
    """The events on stderr, each valid, the message of each on one line of characters that all can see."""
    events = [json.loads(line) for line in err.splitlines()]
    for event in events:
        validator("log").validate(event)
    return events


@pytest.fixture
def logged(tmp_path: Path, upstream: Upstream) -> Place:
    """A place that collects from the simulated internet."""
    return Place(tmp_path / "place", upstream.mirror)


VECTARA = "/raw.githubusercontent.com/vectara/hallucination-leaderboard/main/README.md"


def test_the_log_of_a_run(logged: Place, upstream: Upstream) -> None:
    """Begun, a source each, done; one run's id on all, counts as numbers, and the summary on stdout as ever."""
    done = logged.run("collect", "aider", "vectara", "--log-format", "json", "--format", "json")
    events = lines_of_log(done.err)
    assert [event["event"] for event in events] == ["run_started", "source_done", "source_done", "run_finished"]
    assert {event["time"] for event in events} == {f"{NEWEST}T00:00:00Z"}
    assert {event["level"] for event in events} == {"info"}
    assert {event["run_id"] for event in events} == {
        row[0] for row in logged.sql("SELECT DISTINCT run_id FROM captures")
    }
    rows = {event["source"]: (event["pages"], event["new"], event["rows"]) for event in events[1:3]}
    assert rows == {row["source"]: (int(row["came"].split()[0]), row["new"], row["rows"]) for row in done.json()}
    last = events[-1]
    assert (last["sources"], last["failing"], last["pages"], last["new"]) == (["aider", "vectara"], [], 3, 3)
    assert logged.run("collect", "aider").err == ""


def test_the_log_of_pages_that_are_not_believed(logged: Place, upstream: Upstream) -> None:
    """A page that is refused, a snapshot that is quarantined, a source that is away: with source, role, board, reason."""
    logged.run("collect", "vectara", "aider")
    upstream.fault(VECTARA, "html")
    done = logged.run("collect", "vectara", "--log-format", "json")
    events = {event["event"]: event for event in lines_of_log(done.err)}
    assert list(events) == ["run_started", "page_refused", "source_done", "run_finished"]
    refused = events["page_refused"]
    assert (refused["source"], refused["role"], refused["level"]) == ("vectara", "readme", "warning")
    assert events["source_done"]["problems"] == [refused["message"]] == [f"readme refused: {refused['reason']}"]
    assert events["run_finished"]["failing"] == ["vectara"]
    upstream.fault(VECTARA, "none")
    shown = upstream.page(VECTARA)
    assert shown
    upstream.instead[VECTARA] = cut = b"".join(
        line for number, line in enumerate(shown.body.splitlines(keepends=True))
        if not line.startswith(b"|") or number % 4 == 0 or b"---" in line or b"Model" in line
    )  # fmt: skip
    assert cut.count(b"|") < shown.body.count(b"|")
    done = logged.run("collect", "vectara", "--log-format", "json")
    events = {event["event"]: event for event in lines_of_log(done.err)}
    assert list(events) == ["run_started", "snapshot_quarantined", "source_done", "run_finished"]
    assert events["snapshot_quarantined"]["board"] == "vectara_hallucination"
    upstream.fault("*", "500")
    (away,) = [event for event in lines_of_log(logged.run("collect", "vectara", "--log-format", "json").err)
               if event["event"] == "source_done"]  # fmt: skip
    assert (away["pages"], away["level"]) == (0, "warning")


def test_the_log_of_what_goes_wrong(logged: Place) -> None:
    """A damaged ledger, a wrong name, and a run that ends early; what somebody typed is escaped as JSON has it."""
    logged.run("collect", "vectara")
    ledger = sorted((logged.archive / "ledger").glob("*.jsonl"))[0]
    ledger.write_bytes(b"junk\n" + ledger.read_bytes())
    events = lines_of_log(logged.run("collect", "vectara", "--log-format", "json").err)
    warnings = [event["message"] for event in events if event["event"] == "warning"]
    assert any("1 lines are no lines of the ledger" in message for message in warnings), warnings
    done = logged.run("collect", "vec\x1b[31m\u202etara", "--log-format", "json")
    (event,) = lines_of_log(done.err)
    assert (done.code, event["event"], event["level"]) == (2, "wrong_use", "error")
    assert "\x1b" not in done.err
    assert "\u202e" not in done.err
    (logged.archive / "ledger").rename(logged.folder / "ledger")
    done = logged.run("collect", "vectara", "--log-format", "json")
    (event,) = lines_of_log(done.err)
    assert (done.code, event["event"], event["level"]) == (1, "failed", "error")
    assert "no fetch is in it" in event["message"]
    assert logged.run("collect", "vectara").err.startswith("tracker: ")


def test_the_log_of_a_run_that_waits(logged: Place) -> None:
    """For another process that writes; it is said before the run has an id, and the run goes on."""
    with lock.writing(logged.data):
        process = logged.start("collect", "vectara", "--log-format", "json")
        assert process.stderr
        first = process.stderr.readline()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    events = lines_of_log(first + err)
    assert (events[0]["event"], events[-1]["event"]) == ("waiting", "run_finished")
    assert "run_id" not in events[0]


def test_the_log_of_a_schedule(logged: Place, upstream: Upstream) -> None:
    """Caught up, scheduled, a run as of any collect, stopped; and not a line that is not JSON."""
    sources = {name: '{ every = "1d" }' if name == "vectara" else '{ enabled = false, disabled_reason = "a test" }'
               for name in load_sources()}  # fmt: skip
    lines = "\n".join(f"{name} = {overrides}" for name, overrides in sources.items())
    logged.config.write_text(f"{logged.config.read_text()}[schedule]\njitter = 0\n[sources]\n{lines}\n")
    process = logged.start("schedule", "--log-format", "json")
    output = ""
    try:
        assert process.stderr
        for line in process.stderr:
            output += line
            if '"run_finished"' in line:
                break
        process.send_signal(signal.SIGTERM)
        output += process.communicate(timeout=20)[1]
    except BaseException:
        process.kill()
        raise
    assert process.returncode == 0, output
    happened = [event["event"] for event in lines_of_log(output)]
    assert {"catching_up", "scheduled"} <= {*happened}
    assert [each for each in happened if each not in ("catching_up", "scheduled")] == [
        "run_started", "source_done", "run_finished", "stopping", "stopped",
    ]  # fmt: skip


def test_a_schema_of_the_log_refuses_what_is_wrong_in_one_place(logged: Place, upstream: Upstream) -> None:
    """A count that is a text, a source that is left out."""
    upstream.fault(VECTARA, "html")
    check = validator("log")
    for event in lines_of_log(logged.run("collect", "vectara", "--log-format", "json").err):
        assert [what for what, changed in wrong(event) if check.is_valid(changed)] == []
