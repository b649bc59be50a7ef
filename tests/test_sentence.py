"""Sentences as people write them: what each is read as, which candidates it has, or which word is not understood."""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.country_names import NoCountry, country_named, one_country
from scrapers.countries import ISO
from scrapers.spec import load_sources
from tracker.analysis.filter import parse
from tracker.claims.board_names import BoardNames, board_names
from tracker.claims.canonical import canonical
from tracker.claims.files import Claim, Count
from tracker.claims.sentence import AmbiguousClaim, UnreadableClaim, read_sentence

TODAY = date(2026, 8, 22)
BOARDS = board_names(load_sources())
with (Path(__file__).parent / "cases" / "sentences.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))


def cases(answer: str) -> list[tuple[str, str]]:
    """(sentence, expected) of the cases with that answer."""
    return [(case["sentence"], case["expected"]) for case in CASES if case["answer"] == answer]


@pytest.mark.parametrize(("text", "expected"), cases("read"))
def test_what_is_read(text: str, expected: str) -> None:
    """The claim, as the exact sentence says it."""
    claim = read_sentence(text, TODAY, BOARDS)
    assert canonical(claim) == expected
    assert claim.text == text


@pytest.mark.parametrize(("text", "expected"), cases("ambiguous"))
def test_what_may_be_several_claims(text: str, expected: str) -> None:
    """Nothing is chosen: the candidates, in their order, each of which can be read by itself."""
    with pytest.raises(AmbiguousClaim) as error:
        read_sentence(text, TODAY, BOARDS)
    assert list(error.value.candidates) == expected.split("|")
    for candidate in error.value.candidates:
        assert canonical(read_sentence(candidate, TODAY, BOARDS)) == candidate


@pytest.mark.parametrize(("text", "expected"), cases("refused"))
def test_what_is_not_understood(text: str, expected: str) -> None:
    """The word, or what is missing."""
    with pytest.raises(UnreadableClaim) as error:
        read_sentence(text, TODAY, BOARDS)
    assert not isinstance(error.value, AmbiguousClaim)
    assert expected in str(error.value)


def test_the_cases_are_many() -> None:
    """At least 60 sentences, of which 20 are ambiguous or incomplete."""
    assert len({case["sentence"] for case in CASES}) == len(CASES) >= 60
    assert len(cases("ambiguous")) >= 20


claims = st.builds(
    Claim,
    id=st.just("sentence"), text=st.just(""), board=st.sampled_from(sorted(BOARDS)), day=st.dates(date(1000, 1, 1)),
    top=st.integers(1, 100_000), unit=st.sampled_from(["entry", "release", "developer"]),
    counts=st.lists(
        st.one_of(st.builds(Count, country=st.sampled_from(["CN", "US", "IN", "NO"]), count=st.integers(0, 99)),
                  st.builds(Count, open=st.booleans(), count=st.integers(0, 99)),
                  st.builds(Count, country=st.sampled_from(sorted(ISO - {"HK", "MO"})), open=st.booleans(),
                            count=st.integers(0, 100_000))),
        min_size=1, max_size=12,
    ).map(tuple),
    other_boards=st.lists(st.sampled_from(["x_reasoning", "x_math", "x_code"]), unique=True).map(tuple),
)  # fmt: skip


@given(claim=claims)
def test_the_exact_sentence_is_read_as_what_it_says(claim: Claim) -> None:
    """Every claim has a sentence, and the sentence is that claim: whatever its countries, units and days."""
    text = canonical(claim)
    assert read_sentence(text, TODAY, BOARDS) == claim.model_copy(update={"text": text})


@given(text=st.text(alphabet="19 ,.()%-/oftheinpCNUSAarenatextwand ", max_size=200))
def test_any_text_is_a_claim_or_is_refused(text: str) -> None:
    """Nothing else happens, whatever the text."""
    try:
        claim = read_sentence(text, TODAY, BOARDS)
    except UnreadableClaim:
        return
    assert claim.counts


@pytest.mark.parametrize("text", [
    "14 " * 33_334, "of " * 33_334, "," * 100_000, "a" * 100_000, "9" * 100_000, "(" * 100_000, "Congo " * 166,
    "1 open, " * 125, "top " * 250, "10/11/2025 " * 90, "United " * 140, "OpenCompass " * 83, "'" * 1000, "1 open, 1 US, 1 of them " * 41,
])  # fmt: skip
def test_a_hostile_sentence_answers_at_once(text: str) -> None:
    """However long it is, and whatever it repeats."""
    began = time.perf_counter()
    with pytest.raises(UnreadableClaim):
        read_sentence(text, TODAY, BOARDS)
    with pytest.raises(UnreadableClaim):
        read_sentence(f"1 of the top 20 on arena_text are {text}", TODAY, BOARDS)
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize("text", [
    "5 of the top 20 Chinese models on OpenCompass are open",
    "Among open models, 14 of the top 20 on OpenCompass are Chinese",
    "All of the open models in the top 20 on OpenCompass are Chinese",
    "50% of Chinese models in the OpenCompass top 20 are open",
    "Half the Chinese models in the top 20 on OpenCompass are open",
])  # fmt: skip
def test_another_question_is_no_claim_of_the_whole_board(text: str) -> None:
    """A top N of some models alone, and a part of a number that is not given, are refused."""
    with pytest.raises(UnreadableClaim, match=r"whole board|give the number"):
        read_sentence(text, TODAY, BOARDS)


def test_a_new_name_of_two_boards_is_ambiguous() -> None:
    """A name that two boards have chooses none; the longest name wins."""
    boards = {"a": BoardNames("Alpha", "s", quoted_as=("Big Board",)), "b": BoardNames("Beta", "t", quoted_as=("Big Board",)),
              "c": BoardNames("Big Board Three", "u")}  # fmt: skip
    with pytest.raises(AmbiguousClaim) as error:
        read_sentence("1 of the top 2 on the big board are US", TODAY, boards)
    assert [text.split(" on ")[1].split()[0] for text in error.value.candidates] == ["a", "b"]
    assert read_sentence("1 of the top 2 on Big-Board Three are US", TODAY, boards).board == "c"


@pytest.mark.parametrize(("texts", "codes"), [
    ("CN China Chinese chinese CHN cn", ("CN",)), ("US USA U.S. American America us", ("US",)), ("GB UK British", ("GB",)),
    ("KR Korean Korea", ("KR",)), ("AE Emirati UAE", ("AE",)), ("RU Russian Russia", ("RU",)), ("Türkiye Turkey", ("TR",)),
    ("INT", ("INT",)), ("Congo", ("CD", "CG")), ("Georgia", ("GE", "GS", "US")), ("Sudan", ("SD", "SS")),
    ("Chineese Atlantis", ()),
])  # fmt: skip
def test_names_of_countries(texts: str, codes: tuple[str, ...]) -> None:
    """Codes, names and adjectives; several codes where several countries may be meant."""
    for text in texts.split():
        assert country_named(text) == codes, text


def test_every_developers_country_has_its_adjective() -> None:
    """Each country of the registry can be said by a word that is neither its name nor its code."""
    from registry.country_names import _SPOKEN

    message = {line.split(": ")[0] for line in _SPOKEN.strip().splitlines()}
    registry = Path(__file__).resolve().parent.parent / "registry" / "data" / "developers.csv"
    with registry.open(encoding="utf-8", newline="") as lines:
        assert {row["country"] for row in csv.DictReader(lines)} - {"INT"} <= message
    assert message <= ISO


def test_where_takes_the_same_words() -> None:
    """country=China, Chinese and CN are one question; a wrong word is answered with what may be meant."""
    for word in ("China", "Chinese", "CN", "CHN", "the PRC"):
        assert parse(f"country={word}").values == ("CN",)
    assert str(parse("open=open,country=United States")) == "country=US and open=open"
    assert parse("country=unknown").values == ("unknown",)
    for word, expected in {"Chinees": "Chinese", "Congo": "CD", "Macau": "count as CN", "XX": "no country"}.items():
        with pytest.raises(ValueError, match=expected):
            parse(f"country={word}")
    with pytest.raises(NoCountry):
        one_country("x" * 100_000)


def test_a_code_asks_no_heavy_library() -> None:
    """country=CN and country=Chinese import neither pycountry nor rapidfuzz."""
    script = (
        "import sys\nfrom tracker.analysis.filter import parse\n"
        "parse('country=CN'), parse('country=Chinese')\n"
        "print(sorted({'pycountry', 'rapidfuzz'} & sys.modules.keys()))\n"
    )
    root = Path(__file__).resolve().parent.parent
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root)
    assert done.stdout.strip() == "[]"
