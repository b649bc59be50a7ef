"""Claims: one of each verdict on boards counted by hand, joint counts against brute force, and the grammar."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.errors import DeclarationError
from storage import database
from tests.tiny import DAY, Row, tiny_database
from tracker.analysis.shares import shares
from tracker.analysis.top_n import Cut, RankedRow, cuts
from tracker.claims.board_names import BoardNames
from tracker.claims.files import SHIPPED, Claim, Count, read_claims
from tracker.claims.outcomes import example
from tracker.claims.sentence import UnreadableClaim, read_sentence
from tracker.claims.verdicts import Verdict, judge
from tracker.cli import cli
from tracker.definition import Definition, Question

B = {"b": BoardNames("B", "b")}
CN = {"country": "CN", "openness": "open_weights"}
US = {"country": "US", "openness": "proprietary"}
PLAIN = [Row("a", 9, release="a", **US), Row("b", 8, release="b", **CN), Row("c", 7, release="c", **CN)]


def verdict(
    folder: Path, rows: list[Row], top: int, *counts: tuple[str | None, bool | None, int], **more: Any
) -> Verdict:
    """The verdict on counts (country, open, count) of the top of a tiny board."""
    tiny_database(folder, {"tiny": ("higher", rows)})
    claim = Claim(
        id="x", text="x", board="tiny", top=top, **{"day": DAY, **more},
        counts=tuple(Count(country=country, open=opened, count=count) for country, opened, count in counts),
    )  # fmt: skip
    connection = database.connect(database.published(folder), read_only=True)
    try:
        return judge(connection, claim, DAY)
    finally:
        connection.close()


def test_supported(tmp_path: Path) -> None:
    """The exact counts, all of them, whatever is tied or unknown; with the rows behind them."""
    result = verdict(tmp_path, PLAIN, 3, ("CN", None, 2), ("CN", True, 2), ("US", True, 0))
    assert result.verdict == "supported"
    assert result.cut
    assert [row.name for row in result.cut.rows] == ["a", "b", "c"]


def test_wrong_by_one_is_contradicted(tmp_path: Path) -> None:
    """Under no definition; and one wrong count of several is enough."""
    assert verdict(tmp_path / "1", PLAIN, 3, ("CN", None, 3)).verdict == "contradicted"
    result = verdict(tmp_path / "2", PLAIN, 3, ("CN", None, 2), ("CN", True, 1))
    assert result.verdict == "contradicted"
    assert "CN and open 2, claimed 1" in result.why


def test_another_unit_is_depends_and_says_which(tmp_path: Path) -> None:
    """Two rows of one release: as entries 2 of 3, as releases 1."""
    rows = [Row("b high", 9, release="b", **CN), Row("b low", 8, release="b", **CN), Row("a", 7, release="a", **US),
            Row("c", 6, release="c", **US)]  # fmt: skip
    result = verdict(tmp_path, rows, 3, ("CN", None, 1))
    assert result.verdict == "depends"
    assert [each.words for each in result.holds] == ["if each release counts once"]
    assert result.holds[0].changes == {"unit": "release"}


def test_a_board_without_scores_supports_nothing(tmp_path: Path) -> None:
    """Ranks and no scores: 0 of no places is no count; by the published rank it depends, and no place at all is no
    judgement."""
    ranked = [Row("a", None, 1, release="a", **US), Row("b", None, 2, release="b", **CN)]
    result = verdict(tmp_path / "1", ranked, 1, ("CN", None, 0))
    assert (result.verdict, result.bounds) == ("depends", ())
    assert result.holds[0].changes == {"rank_by": "published_rank"}
    assert "no row has a place" in result.why
    assert verdict(tmp_path / "2", ranked, 2, ("CN", None, 0)).verdict == "contradicted"
    result = verdict(tmp_path / "3", [Row("a", None, None, release="a", **US)], 2, ("CN", None, 0))
    assert (result.verdict, result.why) == ("not judged", f"no row of the snapshot of {DAY} has a place")


def test_other_terms_of_open_are_depends(tmp_path: Path) -> None:
    """Weights under other terms are open by default, and not where open means a permissive licence."""
    rows = [Row("a", 9, release="a", country="CN", openness="restricted_weights"), Row("b", 8, release="b", **CN)]
    result = verdict(tmp_path, rows, 2, ("CN", True, 1))
    assert result.verdict == "depends"
    assert result.holds[0].words == "if open means weights under a permissive licence"


def test_the_order_of_ties(tmp_path: Path) -> None:
    """One place for two tied rows: true in one order, and the tied row that must be in is named."""
    rows = [Row("a", 9, release="a", **US), Row("b", 8, release="b", **CN), Row("c", 8, release="c", **US)]
    result = verdict(tmp_path, rows, 2, ("CN", None, 1), ("US", None, 1))
    assert result.verdict == "depends"
    assert result.holds[0].example == ("b is in",)
    assert "CN 0.5 (0 to 1), claimed 1" in result.why


def test_ties_that_do_not_matter(tmp_path: Path) -> None:
    """A tie of rows that count alike leaves the claim supported."""
    rows = [Row("a", 9, release="a", **US), Row("b", 8, release="b", **CN), Row("c", 8, release="c", **CN)]
    assert verdict(tmp_path, rows, 2, ("CN", None, 1)).verdict == "supported"


def test_an_unknown_makes_it_depend(tmp_path: Path) -> None:
    """What the unknown must turn out to be is said."""
    result = verdict(tmp_path, [*PLAIN[:2], Row("x", 7)], 3, ("CN", None, 2))
    assert result.verdict == "depends"
    assert result.holds[0].example == ("x is CN",)


def test_one_unknown_cannot_serve_two_counts(tmp_path: Path) -> None:
    """Each count alone could be; both together cannot, so it is contradicted and not depends."""
    rows = [Row("a", 9, release="a", **US), Row("x", 8)]
    assert verdict(tmp_path / "1", rows, 2, ("CN", None, 1)).verdict == "depends"
    assert verdict(tmp_path / "2", rows, 2, ("US", None, 2)).verdict == "depends"
    assert verdict(tmp_path / "3", rows, 2, ("CN", None, 1), ("US", None, 2)).verdict == "contradicted"


def test_rows_of_one_release_share_what_is_unknown(tmp_path: Path) -> None:
    """Two rows of one unknown release are both of a country, or neither: one of two cannot be."""
    rows = [Row("x high", 9, release="x"), Row("x low", 9, release="x"), Row("y", 8, release="y", **US)]
    result = verdict(tmp_path, rows, 3, ("CN", None, 1), ("US", None, 2))
    assert result.verdict == "contradicted"


def test_how_far_the_nearest_snapshot_is(tmp_path: Path) -> None:
    """92 days are near enough, 93 are not, and a day before the first snapshot has none."""
    counts = ("CN", None, 2)
    assert verdict(tmp_path / "1", PLAIN, 3, counts, day=DAY + timedelta(92)).verdict == "supported"
    late = verdict(tmp_path / "2", PLAIN, 3, counts, day=DAY + timedelta(93))
    assert (late.verdict, late.why) == ("not judged", "the nearest snapshot of tiny is 93 days before it (2026-01-02)")
    early = verdict(tmp_path / "3", PLAIN, 3, counts, day=DAY - timedelta(1))
    assert (early.verdict, early.why) == ("not judged", "the nearest snapshot of tiny is 1 days after it (2026-01-02)")
    copied = verdict(tmp_path / "4", PLAIN, 3, counts, origin="fetched")
    assert copied.verdict == "not judged"
    assert "asks for a page fetched from the publisher or nearer; that of 2026-01-02 is from a file" in copied.why
    assert verdict(tmp_path / "5", PLAIN, 3, counts, origin="import").verdict == "supported"


def test_the_founding_claim_ships() -> None:
    """14 CN, 9 CN and open, 0 US and open, of the top 20: on the average, and on each of the four that it names."""
    claim = next(claim for claim in read_claims(SHIPPED) if claim.id == "founding")
    assert (claim.board, claim.day, claim.top) == ("opencompass_llm", date(2025, 10, 18), 20)
    assert [(c.words(), c.count) for c in claim.counts] == [("CN", 14), ("CN and open", 9), ("US and open", 0)]
    assert [board.rpartition("_")[2] for board in claim.other_boards] == ["reasoning", "math", "knowledge", "code"]
    assert claim.origin is None


placed = st.builds(
    lambda place, release, country, opened: (place, release, country, opened),
    st.integers(1, 3), st.sampled_from(["", "r"]), st.sampled_from(["CN", "US", "unknown", "mixed"]),
    st.sampled_from(["open", "closed", "unknown"]),
)  # fmt: skip
some_counts = st.lists(
    st.tuples(st.sampled_from(["CN", "US", None]), st.sampled_from([True, False, None]), st.integers(0, 3)).filter(
        lambda c: c[:2] != (None, None)
    ),
    min_size=1,
    max_size=3,
)


@given(rows=st.lists(placed, min_size=1, max_size=5), top=st.integers(1, 5), wanted=some_counts)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_joint_counts_against_brute_force(
    rows: list[tuple[int, str, str, str]], top: int, wanted: list[tuple[str | None, bool | None, int]]
) -> None:
    """There is an order of the tied and a value of each unknown exactly where trying them all finds one."""
    groups = sorted(rows)
    cells = []
    for number, (group, release, country, opened) in enumerate(groups):
        ahead, tied = sum(g[0] < group for g in groups), sum(g[0] == group for g in groups)
        if ahead < top:
            cells.append(RankedRow("s", DAY, number, number, f"n{number}", ahead + 1, tied, 1.0, None, release or None, "d",
                                country, opened, opened, ()))  # fmt: skip
    cut = Cut(Definition(by="country,open"), top, tuple(cells))
    counts = [Count(country=country, open=opened, count=count) for country, opened, count in wanted]
    assert (example(cut, counts, "any order") is not None) == _brute(cut, counts)


def _brute(cut: Cut, counts: list[Count]) -> bool:
    owners = sorted({row.release or row.name for row in cut.rows})
    for chosen in combinations(cut.group, cut.left) if cut.group else [()]:
        inside = [*cut.whole, *chosen]
        for values in product(product(["CN", "US", "XX"], ["open", "closed"]), repeat=len(owners)):
            of = dict(zip(owners, values, strict=True))

            def holds(row: RankedRow, count: Count, of: dict[str, tuple[str, str]] = of) -> bool:
                mine = of[row.release or row.name]
                country = mine[0] if row.country == "unknown" else row.country
                opened = mine[1] if row.open == "unknown" else row.open
                wanted = {True: "open", False: "closed", None: opened}[count.open]
                return count.country in {None, country} and opened == wanted

            if all(sum(holds(row, count) for row in inside) == count.count for count in counts):
                return True
    return False


@pytest.mark.parametrize("options", [
    {}, {"ties": "include"}, {"ties": "exclude"}, {"rank_by": "published_rank"}, {"rank_by": "published_rank_at_most"},
    {"unit": "release"}, {"unit": "developer", "by": "open"}, {"by": "country,openness"},
])  # fmt: skip
def test_the_cut_is_what_was_counted(options: dict[str, Any], tmp_path: Path) -> None:
    """Rows and share come from one text: the weights of the rows sum to the counts of the share."""
    rows = [
        Row("a", 9, 1, "a", "A", **US), Row("a2", 8, 2, "a", "A", **CN), Row("b", 8, 2, "b", "B", **CN),
        Row("c", 8, 2, "c", "C", **US), Row("d", 7, 5, "", "", **CN), Row("e", None, None, "e", "E", **CN),
    ]  # fmt: skip
    tiny_database(tmp_path, {"tiny": ("higher", rows)})
    definition = Definition(**options)
    connection = database.connect(database.published(tmp_path), read_only=True)
    try:
        for top in (1, 2, 3, 20):
            cut = cuts(connection, [Question("tiny", top, definition, DAY, DAY)])[0]
            for share in shares(connection, ["tiny"], [top], definition, as_of=DAY, today=DAY):
                assert float(cut.count(tuple(share.values.values()))) == share.count
                assert float(cut.of()) == share.of
    finally:
        connection.close()


@pytest.mark.parametrize(("text", "counts", "unit"), [
    ("14 of the top 20 on b are CN on 2025-10-18", [("CN", None, 14)], "entry"),
    ("9 open of the top 20 on b are CN on 2025-10-18 by release", [("CN", True, 9)], "release"),
    ("9 of the top 20 on b are CN and open on 2025-10-18.", [("CN", True, 9)], "entry"),
    ("9 of the top 20 on b are closed on 2025-10-18 by developer", [(None, False, 9)], "developer"),
    ("14 of the top 20 on b are CN, 9 open are CN, 0 are US and open on 2025-10-18",
     [("CN", None, 14), ("CN", True, 9), ("US", True, 0)], "entry"),
])  # fmt: skip
def test_sentences(text: str, counts: list[tuple[str | None, bool | None, int]], unit: str) -> None:
    """Every form of the exact grammar."""
    claim = read_sentence(text, DAY, B)
    assert [(c.country, c.open, c.count) for c in claim.counts] == counts
    assert (claim.board, claim.top, claim.day, claim.unit) == ("b", 20, date(2025, 10, 18), unit)


@pytest.mark.parametrize(("text", "message"), [
    ("most of the top 20 on b are CN", "'most' is not understood"),
    ("7.33 of the top 20 on b are CN", "'7.33' is not understood"),
    ("14 of the top 20 on b are Chinesish", "'Chinesish' is not understood"),
    ("14 of the top 20 on b are CN or TW", "'or' is not understood"),
    ("14 of the top 20 on b are CN on 18-13-2025", "'18-13-2025' is not understood: there is no such day"),
    ("14 of the top 20 on b are CN on 2025-02-30", "'2025-02-30' is not understood: there is no such day"),
    ("14 of the top 20 on b are CN by hand", "'hand' is not understood"),
    ("9 open of the top 20 on b are closed", "'closed' is not understood after '9 open' in one count"),
    ("9 open of the top 20 on b are CN and open", "'open' is not understood: it has no count of its own"),
    ("14 of the top 0 on b are CN", "top"),
    ("14 of the top 20 on b", "'14' of what? A country is expected, or open or closed"),
    ("14 of the top 20 on b are HK", "Hong Kong and Macao count as CN"),
    ("", "no top N is named"),
])  # fmt: skip
def test_what_it_cannot_read_it_says(text: str, message: str) -> None:
    """No guessing: the word that is not understood, or what is missing."""
    with pytest.raises(UnreadableClaim) as error:
        read_sentence(text, DAY, B)
    assert message in str(error.value)


def run(*words: str, data: Path) -> Result:
    """`tracker claim` over that data."""
    return CliRunner().invoke(cli, ["claim", *words, "--data", str(data), "--now", "2026-08-22", "--format", "json"])


def test_verdicts_and_exit_codes_on_a_real_page(demo_data: Path, tmp_path: Path) -> None:
    """Arena raw of 2026-08-19, counted by hand: 4 of 20 entries, 6 of 20 releases, 5 of 10 developers."""
    expected = {
        "4 of the top 20 on arena_text_raw are CN on 2026-08-22": (0, "supported"),
        "2 of the top 20 on arena_text_raw are open, 2 are CN and open, 0 are US and open": (0, "supported"),
        "6 of the top 20 on arena_text_raw are CN": (1, "depends"),
        "6 of the top 20 on arena_text_raw are CN by release": (0, "supported"),
        "5 of the top 10 on arena_text_raw are CN by developer": (0, "supported"),
        "12 of the top 20 on arena_text_raw are CN": (1, "contradicted"),
        "4 of the top 20 on arena_text_raw are CN on 2025-01-01": (0, "not judged"),
    }
    for text, (code, word) in expected.items():
        done = run(text, data=demo_data)
        assert (done.exit_code, json.loads(done.stdout)[0]["verdict"]) == (code, word), text
    result = json.loads(run("6 of the top 20 on arena_text_raw are CN", data=demo_data).stdout)[0]
    assert [each["words"] for each in result["holds"]] == ["if each release counts once"]
    assert len(result["sha256"]) == 64
    assert len(result["rows"]) == 20
    file = tmp_path / "mine.toml"
    file.write_text('[[claims]]\nid = "a"\ntext = "a"\nboard = "arena_text_raw"\nday = 2025-01-01\ntop = 20\n'
                    'counts = [{country = "CN", count = 4}]\n')  # fmt: skip
    assert run("check", str(file), data=demo_data).exit_code == 0
    assert run("check", str(file), "--strict", data=demo_data).exit_code == 1
    assert run("check", "founding", data=demo_data).exit_code == 0


def test_wrong_use(demo_data: Path, tmp_path: Path) -> None:
    """A sentence, an id, a board or a file that cannot be read: exit 2."""
    for words, message in {
        ("banana",): "'banana' is not understood",
        ("check", "no-such"): "no claim 'no-such'",
        ("4 of the top 20 on nowhere are CN",): "no board 'nowhere'",
        (
            "4 of the top 20 on LMArena text are Chinese",
        ): 'tracker claim "4 of the top 20 on arena_text_raw are CN on 2026-08-22"',
    }.items():
        done = run(*words, data=demo_data)
        assert done.exit_code == 2, done.output
        assert done.stdout == ""
        assert message in done.stderr


def test_a_sentence_as_people_write_it(demo_data: Path) -> None:
    """It is judged as the exact sentence is; stderr says how it was read, and nothing of an exact one."""
    free = run("Of the top 20 models in Arena text, raw, 4 are Chinese and 2 of them open-source", data=demo_data)
    exact = run("4 of the top 20 on arena_text_raw are CN, 2 are CN and open on 2026-08-22", data=demo_data)
    result, same = json.loads(free.stdout)[0], json.loads(exact.stdout)[0]
    assert result.pop("text") != same.pop("text")
    assert result == same
    assert result["verdict"] == "supported"
    assert free.stderr == (
        "read as: 4 of the top 20 on arena_text_raw are CN, 2 are CN and open on 2026-08-22;"
        " 'open-source' is read as open: weights published, on any terms;"
        " 'models' is read as entries: rows of the board as published; no day is named: it is read as of today, 2026-08-22\n"
    )
    assert exact.stderr == ""


def test_countries_of_a_file_by_any_name(tmp_path: Path) -> None:
    """China, Chinese and CN are one; a name that may be two countries, and one that is none, name the key."""
    file = tmp_path / "mine.toml"
    lines = '[[claims]]\nid = "a"\ntext = "a"\nboard = "b"\nday = 2025-01-01\ntop = 20\n'
    file.write_text(f'{lines}counts = [{{country = "China", count = 4}}, {{country = "American", count = 1}}]\n')
    assert [count.country for count in read_claims(file)[0].counts] == ["CN", "US"]
    for word, message in {"Congo": "may be CD", "Chinees": "Chinese?", "Hong Kong": "count as CN"}.items():
        file.write_text(f'{lines}counts = [{{country = "{word}", count = 4}}]\n')
        with pytest.raises(DeclarationError, match=r"claims\.0\.counts\.0\.country") as error:
            read_claims(file)
        assert message in str(error.value)
