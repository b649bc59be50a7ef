"""The history that ships: every edition of OpenCompass's LLM ranking, as pages, through the same validation as any page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import orjson
import pytest

from tests.place import Place
from tests.upstream import Upstream
from tracker.claims.files import SHIPPED, read_claims
from tracker.demo_server import serving
from tracker.importers import bundled

# Counted by hand from the tables of edition 25-07: Chinese, of them open, American, of them open.
COUNTED = {
    "opencompass_llm": (14, 9, 6, 0),
    "opencompass_llm_reasoning": (14, 8, 6, 0),
    "opencompass_llm_math": (14, 9, 6, 0),
    "opencompass_llm_code": (13, 8, 7, 0),
    # Three rows with 85.6 share the two places left: MiniMax (CN, open), Claude Sonnet 4 and GLM-4.5-Air (CN, open).
    "opencompass_llm_knowledge": (37 / 3, 22 / 3, 23 / 3, 1),
}
# (edition, Chinese of the top 20), counted by hand; 26-07 has 15 rows.
BY_EDITION = {"25-07": (14, 20), "25-10": (12, 20), "26-07": (9, 15)}


def real(folder: Path, mirror: str = "http://127.0.0.1:9/{host}") -> Place:
    """A place with the shipped registry."""
    place = Place(folder, mirror)
    place.config.write_text(place.config.read_text().replace('registry = "registry"\n', ""))
    return place


@pytest.fixture(scope="module")
def backfilled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A directory that was only ever given the bundled history."""
    place = real(tmp_path_factory.mktemp("bundled") / "place")
    done = place.run("backfill", "opencompass", "--from", "bundled", "--format", "json")
    assert done.code == 0, done.err
    assert {outcome["state"] for outcome in done.json()} == {"accepted"}
    assert len(done.json()) == 14
    return place


def test_a_second_backfill_adds_nothing(backfilled: Place) -> None:
    """Every page is had already; not a line of the ledger is written."""
    before = backfilled.ledger()
    done = backfilled.run("backfill", "opencompass", "--from", "bundled", "--format", "json")
    assert {outcome["state"] for outcome in done.json()} == {"unchanged"}
    assert backfilled.ledger() == before


def test_every_line_of_the_ledger_says_that_it_is_a_transcription(backfilled: Place) -> None:
    """Origin, who copied it and when: on the day of the copy, and not before."""
    lines = [orjson.loads(line) for line in backfilled.ledger()]
    assert {line["origin"] for line in lines} == {"transcribed"}
    assert {line["fetched_at"][:10] for line in lines} == {"2026-09-04"}
    assert all("1shinia/RodEval" in line["origin_detail"] for line in lines)


def test_the_bundled_history_is_not_known_before_it_was_copied(tmp_path: Path) -> None:
    """Who lives through an earlier day is told so, and nothing is taken in."""
    done = real(tmp_path / "place").run("backfill", "opencompass", "--from", "bundled", now="2026-09-03")
    assert done.code == 1
    assert "copied on 2026-09-04" in done.err


def test_no_other_source_has_a_bundled_history(backfilled: Place) -> None:
    """Asked of another source, the answer is a sentence."""
    done = backfilled.run("backfill", "vectara", "--from", "bundled")
    assert done.code == 2
    assert "only the history of opencompass ships" in done.err


@pytest.mark.parametrize(("board", "counted"), COUNTED.items())
def test_counts_of_the_edition_in_force_on_the_day(backfilled: Place, board: str, counted: tuple[float, ...]) -> None:
    """25-07 as of 2025-10-18: what a person counts in the published table."""
    done = backfilled.run(
        "share", board, "--top", "20", "--by", "country,open", "--as-of", "2025-10-18", "--format", "json"
    )
    rows = done.json()
    assert {(row["edition"], row["day"], row["origin"]) for row in rows} == {("25-07", "2025-08-12", "transcribed")}
    result = {
        (country, opened): sum(row["count"] for row in rows if row["country"] == country and row["open"] in opened)
        for country in ("CN", "US") for opened in (("open",), ("open", "closed"))
    }  # fmt: skip
    assert [result["CN", ("open", "closed")], result["CN", ("open",)], result["US", ("open", "closed")],
            result["US", ("open",)]] == pytest.approx(counted)  # fmt: skip
    assert all(row["low"] == row["high"] for row in rows)


def test_counts_of_other_editions(backfilled: Place) -> None:
    """One edition later it is 12, with one open American model: gpt-oss-120b; 26-07 has 15 rows, 9 of them Chinese."""
    rows = backfilled.run("share", "opencompass_llm", "--history", "--format", "json").json()
    result = {row["edition"]: (row["count"], row["of"]) for row in rows if row["country"] == "CN"}
    assert len(result) == 14
    assert {edition: result[edition] for edition in BY_EDITION} == BY_EDITION
    open_us = backfilled.sql(
        "SELECT DISTINCT name FROM entries_resolved WHERE board = 'opencompass_llm' AND edition = '25-10'"
        " AND rank <= 20 AND country = 'US' AND openness <> 'proprietary'"
    )
    assert len(open_us) == 1
    assert "gpt-oss-120b" in open_us[0][0].lower()


def test_every_place_of_the_top_20_has_a_developer_and_a_country(backfilled: Place) -> None:
    """Of all 14 editions."""
    unknown = backfilled.sql(
        "SELECT edition, name FROM entries_resolved WHERE board = 'opencompass_llm' AND rank <= 20"
        " AND (developer IS NULL OR country = 'unknown' OR openness = 'unknown')"
    )
    assert unknown == []


def test_the_founding_claim_on_the_bundled_history(backfilled: Place) -> None:
    """Supported on the average by a tenth of a point, and on one of the four boards that the sentence names."""
    done = backfilled.run("claim", "check", "founding", "--format", "json")
    assert done.code == 0, done.out
    (claim,) = done.json()
    assert (claim["verdict"], claim["edition"], claim["in_force"], claim["origin"]) == (
        "supported",
        "25-07",
        True,
        "transcribed",
    )
    assert [count["count"] for count in claim["counts"]] == [14, 9, 0]
    margin = claim["margin"]
    assert (margin["margin"], margin["one_step"]) == (0.1, True)
    assert (margin["inside"], margin["outside"]) == ("Hunyuan-A13B-Instruct", "GPT-4.1-20250414")
    assert margin["sentences"][0].endswith("exchanged, CN 13, CN and open 8")
    verdicts = {other["board"].rpartition("_")[2]: other["verdict"] for other in claim["other_boards"]}
    assert verdicts == {
        "reasoning": "contradicted", "math": "supported", "knowledge": "contradicted", "code": "contradicted",
    }  # fmt: skip


def test_the_founding_claim_in_words(backfilled: Place) -> None:
    """Origin, edition and margin stand in the text that a person reads."""
    message = " ".join(backfilled.run("claim", "check", "founding").out.split())
    for words in (
        "SUPPORTED", "CN 14, CN and open 9, US and open 0",
        "Edition 25-07 of 2025-08-12, in force on 2025-10-18 (67 days before); from a third party's copy, transcribed",
        "Hunyuan-A13B-Instruct 51.9 over GPT-4.1-20250414 51.8: 0.1 points of 100, one step of the last digit",
        "On 1 of 4 other boards",
    ):  # fmt: skip
        assert words in message


def test_a_claim_may_ask_for_more_than_a_copy(backfilled: Place, tmp_path: Path) -> None:
    """The same claim with `origin = "fetched"` is not judged by a transcription, and says why."""
    text = SHIPPED.read_text("utf-8") + 'origin = "fetched"\n'
    (tmp_path / "strict.toml").write_text(text, "utf-8")
    (claim,) = backfilled.run("claim", "check", tmp_path / "strict.toml", "--format", "json").json()
    assert claim["verdict"] == "not judged"
    assert "asks for a page fetched from the publisher or nearer" in claim["why"]


def test_the_history_of_the_founding_claim(backfilled: Place) -> None:
    """The same sentence at all 14 editions: 14 is no peak, and 26-07 is not compared, having 15 rows."""
    result = backfilled.run("claim", "history", "founding", "--format", "json").json()
    counts = [point["counts"][0]["count"] for point in result["points"]]
    assert counts == [17, 15, 14, 15, 13, 10, 12, 13, 12, 14, 12, 12, 13, 9]
    assert [point["edition"] for point in result["points"] if point["verdict"] == "supported"] == ["25-07"]
    assert [point["edition"] for point in result["points"] if not point["whole"]] == ["26-07"]
    first = result["ranks"][0]
    assert (first["points"], first["higher"], first["equal"], first["lower"]) == (13, 3, 2, 8)
    assert result["sentences"][-1] == "Not compared, for fewer than 20 places: 26-07 (15)."


@pytest.mark.parametrize("kind", ["svg", "png"])
def test_the_history_is_drawn(backfilled: Place, tmp_path: Path, kind: str) -> None:
    """A picture with every edition's figure in it."""
    file = tmp_path / f"history.{kind}"
    done = backfilled.run("claim", "history", "founding", "--chart", file)
    assert done.code == 0, done.err
    if kind == "svg":
        drawn = file.read_text("utf-8")
        for edition in bundled.editions():
            assert f">{edition.month}</text>" in drawn
        assert ">9 of 15</text>" in drawn
    else:
        assert file.read_bytes().startswith(b"\x89PNG")


def collected(place: Place, bodies: dict[str, bytes]) -> None:
    """A live collect of OpenCompass from a publisher that serves these editions."""
    _, posted = bundled.served()
    with serving(bodies, posted) as mirror:
        place.configure(mirror)
        place.config.write_text(place.config.read_text().replace('registry = "registry"\n', ""))
        done = place.run("collect", "opencompass", now="2026-09-10")
    assert done.code == 0, done.err


def test_a_live_page_with_the_same_figures_raises_the_origin(backfilled: Place, tmp_path: Path) -> None:
    """The snapshot is the same; what it rests on is the page that was fetched, and no longer the transcription."""
    place = backfilled.copy(tmp_path / "place")
    before = place.sql("SELECT snapshot FROM series WHERE board = 'opencompass_llm' ORDER BY day")
    collected(place, bundled.served()[0])
    assert place.sql("SELECT snapshot FROM series WHERE board = 'opencompass_llm' ORDER BY day") == before
    assert place.sql("SELECT DISTINCT origin FROM series WHERE board = 'opencompass_llm'") == [("mirror",)]
    (claim,) = place.run("claim", "check", "founding", "--format", "json").json()
    assert (claim["verdict"], claim["origin"]) == ("supported", "mirror")
    assert place.run("disagreements", "opencompass_llm", "--format", "json").json() == []


@pytest.mark.parametrize("first", ["bundled", "live"])
def test_a_live_page_that_differs_stands_and_the_difference_is_named(tmp_path: Path, first: str) -> None:
    """One digit of the transcription was wrong: whichever came first, the bytes stand, and what differs is named."""
    place = real(tmp_path / "place")
    bodies = bundled.served()[0]
    address = next(item for item in bodies if "25-07" in item)
    page = orjson.loads(bodies[address])
    row = next(row for row in page["OverallTable"] if row["model"] == "Hunyuan-A13B-Instruct")
    row["Average"] = 51.7  # the publisher's page: GPT-4.1, with 51.8, is in
    bodies[address] = orjson.dumps(page)
    if first == "live":
        collected(place, bodies)
    assert place.run("backfill", "opencompass", "--from", "bundled", now="2026-09-10").code == 0
    if first == "bundled":
        collected(place, bodies)
    (claim,) = place.run("claim", "check", "founding", "--format", "json").json()
    assert (claim["verdict"], claim["origin"]) == ("contradicted", "mirror")
    assert [count["count"] for count in claim["counts"]] == [13, 8, 0]
    (result,) = place.run("disagreements", "opencompass_llm", "--format", "json").json()
    assert (result["day"], result["chosen"], result["other"]) == (
        "2025-08-12",
        "opencompass (mirror)",
        "opencompass (transcribed)",
    )
    assert result["scores"] == ["Hunyuan-A13B-Instruct: 51.7, other 51.9"]
    assert result["only_other"] == ["tencent/Hunyuan-A13B-Instruct"]


@pytest.mark.parametrize(
    ("day", "edition"), [("2025-10-18", "25-07"), ("2025-11-09", "25-07"), ("2025-11-10", "25-10")]
)
def test_the_simulated_publisher_on_the_day(tmp_path: Path, upstream: Upstream, day: str, edition: str) -> None:
    """Collected on a day of the past, the newest edition is the one that was in force."""
    upstream.day(day)
    place = real(tmp_path / "place", upstream.mirror)
    assert place.run("collect", "opencompass", now=day).code == 0
    assert place.sql("SELECT edition FROM latest WHERE board = 'opencompass_llm' LIMIT 1") == [(edition,)]
    (claim,) = place.run("claim", "check", "founding", "--format", "json", now=day).json()
    assert (claim["verdict"], claim["edition"], claim["origin"]) == ("supported", "25-07", "mirror")


def test_the_shipped_claim_names_its_day() -> None:
    """The sentence's own day, so that it is judged alike at all times."""
    assert [claim.day for claim in read_claims(SHIPPED)] == [date(2025, 10, 18)]
