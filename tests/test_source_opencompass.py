"""OpenCompass: manifests by POST, editions of two spellings, what is missing and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest

from registry.names.parse import parse_name
from scrapers.errors import PageError
from scrapers.model import Page, Request
from scrapers.sources import opencompass
from tests.saved_pages import SAVED, by_board, declared, page, read
from tracker.importers.index import owner


def test_opencompass_of_july_2025_as_read() -> None:
    """Six rows of the edition as published: a board for each dimension, the model's day, two names with a blank at the end."""
    boards = by_board("opencompass", "llm.v2.25-07.20250812.json")
    assert {(snapshot.edition, snapshot.published_on) for snapshot in boards.values()} == {("25-07", date(2025, 8, 12))}
    assert [
        (entry.name, entry.organization, entry.openness, entry.released_on)
        for entry in boards["opencompass_llm"].entries
    ] == [
        ("GPT-5-2025-08-07", "OpenAI", "closed", date(2025, 8, 7)),
        ("o3-high-2025-04-16", "OpenAI", "closed", date(2025, 4, 16)),
        ("GLM-4.5", "Zhipu AI", "open", date(2025, 7, 29)),
        ("GLM-4.5-Air ", "Zhipu AI", "open", date(2025, 7, 29)),
        ("Kimi-K2-Instruct", "Moonshot", "open", date(2025, 7, 11)),
        ("ERNIE-4.5-Turbo-128K ", "Baidu", "open", date(2025, 6, 30)),
    ]
    assert {board: [entry.score for entry in snapshot.entries] for board, snapshot in boards.items()} == {
        "opencompass_llm": [65.8, 65.2, 59.6, 56.8, 55.5, 49.4],
        "opencompass_llm_knowledge": [90.9, 90.1, 87.5, 85.6, 88.8, 86.8],
        "opencompass_llm_reasoning": [66.0, 66.0, 63.2, 57.5, 57.9, 50.4],
        "opencompass_llm_math": [65.6, 64.0, 60.0, 58.4, 47.2, 40.2],
        "opencompass_llm_code": [47.9, 50.6, 39.6, 41.1, 32.6, 29.7],
        "opencompass_llm_language": [83.1, 78.4, 78.2, 75.4, 78.4, 73.5],
        "opencompass_llm_agent": [59.6, 57.4, 45.1, 35.9, 56.9, 43.5],
    }


@pytest.mark.parametrize("published", ["-", "N/A", "", None, "absent"])
def test_opencompass_scores_that_are_missing_are_none_and_never_zero(published: str | None) -> None:
    """Each sign for nothing, and an absent key, in the first row of 26-07; 0 in its second row is 0."""
    content = orjson.loads(page(SAVED / "opencompass" / "llm.v2.26-07.20260824.json").body)
    first, second = content["OverallTable"][:2]
    first["Math"] = published
    if published == "absent":
        del first["Math"]
    second["Math"] = 0
    result = {snapshot.board: snapshot for snapshot in read("opencompass", edition(content))}
    assert [entry.score for entry in result["opencompass_llm_math"].entries[:2]] == [None, 0]
    assert [entry.score for entry in result["opencompass_llm_code"].entries[:2]] == [93.3, 95.5]


def edition(content: dict[str, Any], name: str = "llm-data-v2.26-07.20260824.json") -> Page:
    """A page of CompassBench that says this."""
    return Page("llm", f"https://saved.example/{name}", orjson.dumps(content))


def test_opencompass_openness_comes_from_models_from_the_row_or_from_the_flag() -> None:
    """API|OpenSource is open; a sign for nothing says nothing. What the page flags is kept, whatever it links to."""
    seen = {
        file: [entry.openness for entry in by_board("opencompass", file)[board].entries]
        for file, board in {
            "llm.v2.26-07.20260824.json": "opencompass_llm",
            "academic.REALTIME.20260903.json": "opencompass_academic",
            "official.json": "opencompass_llm",
        }.items()
    }
    assert seen == {
        "llm.v2.26-07.20260824.json": ["closed", "open", "open", "open"],
        "academic.REALTIME.20260903.json": ["closed", "open", "open"],
        "official.json": ["closed", "open", None],
    }


@pytest.mark.parametrize("row", ["GLM-4.5-Air", "GLM-4.5-Air "])
@pytest.mark.parametrize("described", ["GLM-4.5-Air", "GLM-4.5-Air "])
def test_a_blank_at_the_end_of_a_name_hides_no_model(row: str, described: str) -> None:
    """The row and what is said of its model meet, whichever has the blank; the name stays as published, and is one model."""
    content = orjson.loads(page(SAVED / "opencompass" / "llm.v2.25-07.20250812.json").body)
    content["OverallTable"][3]["model"] = row
    content["models"] = {
        (described if name == "GLM-4.5-Air " else name): details for name, details in content["models"].items()
    }
    [average, *_] = read("opencompass", edition(content))
    assert (average.entries[3].name, average.entries[3].openness) == (row, "open")
    assert parse_name(row) == parse_name("GLM-4.5-Air")


def test_of_two_models_that_differ_by_a_blank_each_row_has_its_own() -> None:
    """The exact name goes first."""
    rows = [{"model": name, "org": "x", **dict.fromkeys(FIVE, 1)} for name in ("a", "a ")]
    models = {"a": {"release": "API"}, "a ": {"release": "OpenSource"}}
    [average, *_] = read("opencompass", edition({"OverallTable": rows, "models": models}))
    assert [entry.openness for entry in average.entries] == ["closed", "open"]


FIVE = ("Average", "Knowledge", "Reasoning", "Math", "Code")


@pytest.mark.parametrize(
    ("file", "more"),
    [
        ("llm.v2.24-04.20240509.json", ["language", "agent"]),
        ("llm.v2.24-11.20241202.json", ["language", "instruct"]),
        ("llm.v2.25-01.20250220.json", ["language", "instruct"]),
        ("llm.v2.25-07.20250812.json", ["language", "agent"]),
        ("llm.v2.26-07.20260824.json", []),
        ("official.json", []),
    ],
)
def test_opencompass_has_five_boards_always_and_others_where_the_edition_has_them(file: str, more: list[str]) -> None:
    """An average and four dimensions in each; language, agent and instruct come and go."""
    always = ["", "_knowledge", "_reasoning", "_math", "_code", *(f"_{dimension}" for dimension in more)]
    assert list(by_board("opencompass", file)) == [f"opencompass_llm{suffix}" for suffix in always]


def test_a_dimension_without_a_score_is_no_board_and_an_edition_without_one_is_refused() -> None:
    """Rows of nothing but signs for nothing would be zero rows that look like success."""
    rows = [{"model": "a", "org": "x", **dict.fromkeys(FIVE, 1), "Agent": "-"}]
    boards = [snapshot.board for snapshot in read("opencompass", edition({"OverallTable": rows}))]
    assert "opencompass_llm_agent" not in boards
    assert len(boards) == len(FIVE)
    rows = [{"model": "a", "org": "x", **dict.fromkeys(FIVE, "-")}]
    with pytest.raises(PageError, match="no row of the edition has a score"):
        read("opencompass", edition({"OverallTable": rows}))


@pytest.mark.parametrize("published", ["2024/0917", "-", "N/A", "", None, "soon", "2025/13/1", "March 2025", "absent"])
def test_a_day_of_a_model_that_is_none_is_none(published: str | None) -> None:
    """No page fails for it: in 24-11 Mistral Small's day is published as 2024/0917."""
    average = by_board("opencompass", "llm.v2.24-11.20241202.json")["opencompass_llm"]
    assert [(entry.name, entry.released_on) for entry in average.entries] == [
        ("o1-mini-2024-09-12", date(2024, 9, 12)),
        ("Qwen2.5-72B-Instruct", date(2024, 9, 19)),
        ("Mistral-Small-Instruct-2409", None),
    ]
    row = {"model": "a", "org": "x", **dict.fromkeys(FIVE, 1)} | ({} if published == "absent" else {"time": published})
    [average, *_] = read("opencompass", edition({"OverallTable": [row]}))
    assert average.entries[0].released_on is None


@pytest.mark.parametrize(
    ("days", "on"),
    [
        (["2024/5/9", "2024/5/28", "2024/5/23"], date(2024, 5, 28)),
        (["2024/5/9", "-", "2024/0528", None, "soon"], date(2024, 5, 12)),
        (["2024/1/29"], date(2024, 5, 12)),
        (["20240513"], date(2024, 5, 13)),
    ],
)
def test_the_day_of_an_edition_is_the_latest_that_it_names(days: list[str | None], on: date) -> None:
    """Of the file's name (here May 12) and of the rows; a row whose day cannot be read is passed over."""
    rows = [{"model": f"m{n}", "org": "x", "update_time": day, **dict.fromkeys(FIVE, 1)} for n, day in enumerate(days)]
    rows.append({"model": "last", "org": "x", **dict.fromkeys(FIVE, 1)})
    result = read("opencompass", edition({"OverallTable": rows}, "llm-data-v2.24-04.20240512.json"))
    assert {(snapshot.edition, snapshot.published_on) for snapshot in result} == {("24-04", on)}


def test_the_edition_of_april_2024_is_of_the_day_of_its_latest_row() -> None:
    """Its file is named for May 9; GPT-4o is in it since May 23, SenseChat since May 28."""
    assert by_board("opencompass", "llm.v2.24-04.20240509.json")["opencompass_llm"].published_on == date(2024, 5, 28)


def test_opencompass_official_file_is_of_the_day_of_its_rows_and_spells_code_as_coding() -> None:
    """No edition in the file's name; two spellings of one day are one day; the model's own day is called `date`."""
    boards = by_board("opencompass", "official.json")
    assert boards["opencompass_llm"].edition is None
    assert boards["opencompass_llm"].published_on == date(2026, 8, 24)
    assert [entry.score for entry in boards["opencompass_llm_code"].entries] == [10, 10, None]
    days = [entry.released_on for entry in boards["opencompass_llm"].entries]
    assert days == [date(2026, 1, 1), date(2026, 2, 2), date(2025, 3, 24)]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"OverallTable": []}', "the edition's OverallTable is empty"),
        (b'{"OverallTable": null}', "the edition's OverallTable is empty"),
        (b"[]", "unexpected shape"),
        (b'{"OverallTable": [1]}', "unexpected shape"),
        (b'{"OverallTable": [{"model": null, "org": "x", "Average": 1}]}', "unexpected shape"),
        (b'{"OverallTable": [{"model": " ", "org": "x", "Average": 1}]}', "a row has no name"),
        (b'{"OverallTable": [{"model": "a", "org": "x", "Average": 1}], "models": null}', "unexpected shape"),
    ],
)
def test_an_edition_of_another_shape_is_refused(body: bytes, message: str) -> None:
    """Empty tables first of all: zero rows look like success."""
    with pytest.raises(PageError, match=message):
        read("opencompass", Page("llm", "https://saved.example/llm-data-v2.26-07.20260824.json", body))


def test_a_day_in_a_file_name_that_is_none_is_refused() -> None:
    """The name is data of the manifest, too."""
    body = (SAVED / "opencompass" / "academic.REALTIME.20260903.json").read_bytes()
    with pytest.raises(PageError):
        read("opencompass", Page("academic", "https://saved.example/research-data.REALTIME.20261345.json", body))


def drive(answer: Callable[[Request], bytes | None]) -> list[Request]:
    """Drives opencompass.pages by hand; every request that it makes."""
    generator = opencompass.pages(declared("opencompass"))
    asked = [next(generator)]
    while True:
        try:
            asked.append(generator.send(answer(asked[-1])))
        except StopIteration:
            return asked


def manifest(role: str) -> bytes:
    return (SAVED / "opencompass" / f"{role}.json").read_bytes()


def named(requests: list[Request]) -> list[tuple[str, str, str]]:
    """(method, role, last part of the address) of each request."""
    return [(request.method, request.role, request.address.rpartition("/")[2]) for request in requests]


def test_opencompass_asks_for_every_edition_that_its_manifests_list() -> None:
    """Two manifests by POST with their kind, each edition from the CDN under its role, column files once at the end."""
    asked = drive(lambda request: manifest(request.role) if request.role.startswith("manifest") else b"{}")
    assert named(asked) == [
        ("POST", "manifest_llm", "listRankTableAvailableMonths"),
        ("GET", "llm", "llm-data-v2.26-07.20260824.json"),
        ("GET", "llm", "llm-data-v2.25-07.20250812.json"),
        ("GET", "llm", "llm-data-v2.24-02.20240220.json"),
        ("POST", "manifest_academic", "listRankTableAvailableMonths"),
        ("GET", "academic", "research-data.REALTIME.20260903.json"),
        ("GET", "official", "data-llm-ability_official.json"),
        ("GET", "columns_llm", "llm-column-v2.26-07.20260824.json"),
        ("GET", "columns_llm", "llm-column-v2.25-07.20250812.json"),
        ("GET", "columns_llm", "llm-column-v2.24-02.20240220.json"),
    ]
    assert asked[1].address == "https://cdn.opencompass.org.cn/assets/llm-rank/llm-data-v2.26-07.20260824.json"
    assert asked[7].address == "https://cdn.opencompass.org.cn/assets/llm-rank/llm-column-v2.26-07.20260824.json"
    assert {(request.role, request.optional, request.fetch_once) for request in asked if request.fetch_once} == {
        ("columns_llm", True, True)
    }
    bodies = [orjson.loads(request.body) for request in asked if request.body]
    assert bodies == [{"rankingType": 0, "benchmarkType": 1}, {"rankingType": 0, "benchmarkType": 0}]
    assert len({request.key for request in asked}) == len(asked)
    assert dict(asked[0].headers)["Content-Type"] == "application/json"


def test_an_edition_that_the_cdn_does_not_give_is_asked_for_in_a_second_way() -> None:
    """From the second host; and CompassBench, where that has it neither, from the gateway by the month of the edition."""
    second = "https://opencompass.oss-cn-shanghai.aliyuncs.com/assets/"
    cdn = "https://cdn.opencompass.org.cn/assets/"
    edition, academic = "llm-rank/llm-data-v2.25-07.20250812.json", "research-rank/research-data.REALTIME.20260903.json"
    gone = {cdn + edition, second + edition, cdn + academic}
    asked = drive(
        lambda request: (
            manifest(request.role)
            if request.role.startswith("manifest")
            else None if request.address in gone else b"{}"
        )
    )  # fmt: skip
    assert named(asked)[1:9] == [
        ("GET", "llm", "llm-data-v2.26-07.20260824.json"),
        ("GET", "llm", "llm-data-v2.25-07.20250812.json"),
        ("GET", "llm", "llm-data-v2.25-07.20250812.json"),
        ("POST", "rankings", "listModelRankings"),
        ("GET", "llm", "llm-data-v2.24-02.20240220.json"),
        ("POST", "manifest_academic", "listRankTableAvailableMonths"),
        ("GET", "academic", "research-data.REALTIME.20260903.json"),
        ("GET", "academic", "research-data.REALTIME.20260903.json"),
    ]
    assert [asked[at].address for at in (3, 8)] == [second + edition, second + academic]
    assert asked[4].address == "https://rank.opencompass.org.cn/gw/opencompass-be/api/v1/rank/listModelRankings"
    assert orjson.loads(asked[4].body or b"") == {
        "evalType": 0, "rankingType": 0, "benchmarkType": 1, "month": "25-07",
    }  # fmt: skip
    assert len({request.key for request in asked}) == len(asked)


def test_every_page_that_opencompass_asks_for_has_its_role_in_an_import() -> None:
    """The patterns of the declaration know each address; the manifests share theirs, and both are checked alike."""
    asked = drive(lambda request: manifest(request.role) if request.role.startswith("manifest") else None)
    assert {request.role for request in asked} == {
        "manifest_llm", "manifest_academic", "llm", "academic", "rankings", "official", "columns_llm",
    }  # fmt: skip
    for request in asked:
        known = owner({"opencompass": declared("opencompass")}, request.address)
        assert known == ("opencompass", request.role.replace("manifest_academic", "manifest_llm")), request.address
    academic = "https://cdn.opencompass.org.cn/assets/research-rank/research-column.REALTIME.20260903.json"
    assert owner({"opencompass": declared("opencompass")}, academic) == ("opencompass", "columns_academic")


def ranking(**more: object) -> bytes:
    """An answer of listModelRankings in the shape that its readers rely on; the figure is made up."""
    row = {"ranking": 1, "model": "GPT-5", "org": "OpenAI", "score": 10, "openSource": False}
    return orjson.dumps({"success": True, "data": {"modelRankings": [row]}} | more)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (ranking(), "the ranking of listModelRankings is kept, not read: it says neither its day nor its models' days"),
        (ranking(success=False), "the ranking answers success False"),
        (ranking(success=None), "the ranking answers success None"),
        (ranking(data=None), "unexpected shape: null where an object or a list should be"),
        (ranking(data={}), "no column 'modelRankings'"),
        (ranking(data={"modelRankings": []}), "0 rows, at least 1 are expected"),
        (ranking(data={"modelRankings": [{"ranking": 1, "model": "a", "org": "x", "mark": 1}]}), "no column 'score'"),
        (b'{"data": {}}', "no column 'success'"),
        (b"<html>", "an HTML page came instead of data"),
    ],
)
def test_the_ranking_of_the_gateway_is_refused_by_name(body: bytes, message: str) -> None:
    """No answer was ever recorded: what is known of its shape is checked, and none is taken for an edition."""
    with pytest.raises(PageError) as refused:
        read("opencompass", Page("rankings", "", body))
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize("role", ["columns_llm", "columns_academic"])
def test_a_column_file_is_json_and_holds_no_board(role: str) -> None:
    """An object or a list; anything else is refused."""
    for body in (b'{"columns": [{"title": "Average"}]}', b"[]"):
        assert read("opencompass", Page(role, "", body)) == []
    for body, message in ((b"7", "neither an object nor a list"), (b"<html>", "HTML page"), (b'{"a": ', "not JSON")):
        with pytest.raises(PageError, match=message):
            read("opencompass", Page(role, "", body))


@pytest.mark.parametrize("columns", [{}, {"columnFileName": None}, {"columnFileName": ""}])
def test_an_edition_without_a_column_file_is_asked_for_all_the_same(columns: dict[str, object]) -> None:
    """The manifest need not name one."""
    row = {"fileName": "assets/llm-rank/llm-data-v2.26-07.20260824.json", **columns}
    body = orjson.dumps({"msgCode": "10000", "msg": "ok", "data": [row]})
    assert [request.role for request in drive(lambda request: body if request.role == "manifest_llm" else b"{}")] == [
        "manifest_llm", "llm", "manifest_academic", "official",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "answer",
    [None, b"", b"<html>", b"[]", b"{}", b'{"msgCode": "50000", "msg": "busy", "data": null}', b'{"msgCode": "10000", "data": null}',
     b'{"msgCode": "10000", "data": []}', b'{"msgCode": "10000", "data": [{"fileName": null}]}'],
)  # fmt: skip
def test_a_manifest_that_failed_names_no_editions_and_stops_nothing(answer: bytes | None) -> None:
    """The other manifest and the official file are still asked for."""
    asked = drive(lambda request: answer if request.role == "manifest_llm" else manifest("manifest_academic"))
    assert [request.role for request in asked] == ["manifest_llm", "manifest_academic", "academic", "official"]


NAMES = ["../x", "assets/../../x.json", "/etc/passwd", "https://evil.example/x.json", "assets/x.exe", "assets/a b.json",
         "assets/x.json?y", "//evil.example/assets/x.json", "assets/x.json\n", ""]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "name"), [("fileName", name) for name in NAMES] + [("columnFileName", name) for name in NAMES if name]
)
def test_a_manifest_that_names_another_place_is_refused(field: str, name: str) -> None:
    """No edition of it is asked for, and the page is refused with the name."""
    good = "assets/llm-rank/llm-data-v2.26-07.20260824.json"
    rows = [{"fileName": good}, {"fileName": good, field: name}]
    body = orjson.dumps({"msgCode": "10000", "msg": "ok", "data": rows})
    with pytest.raises(PageError, match="not a file of an edition"):
        read("opencompass", Page("manifest_llm", "", body))
    assert [request.role for request in drive(lambda _: body)] == ["manifest_llm", "manifest_academic", "official"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"msgCode": "50000", "msg": "busy", "data": []}', "the manifest answers 50000: busy"),
        (b'{"msgCode": "10000", "msg": "ok", "data": []}', "the manifest lists no editions"),
        (b'{"msg": "ok"}', "no column 'msgCode'; the page has: msg"),
    ],
)
def test_a_manifest_that_says_nothing_is_refused(body: bytes, message: str) -> None:
    """With what it answered."""
    with pytest.raises(PageError) as refused:
        read("opencompass", Page("manifest_llm", "", body))
    assert str(refused.value) == message


def test_an_edition_that_a_manifest_lists_twice_is_asked_for_once() -> None:
    """In the order of the manifest."""
    rows: list[dict[str, Any]] = [{"fileName": f"assets/{name}.json"} for name in ("b", "a", "b")]
    assert list(opencompass.editions(orjson.dumps({"msgCode": "10000", "data": rows}), "llm")) == [
        "assets/b.json",
        "assets/a.json",
    ]
