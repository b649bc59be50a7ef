"""Lines of one's own: they count before those of the registry, and are where decisions go that an installed package
must not be changed by."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from registry.load import AsOf, RegistryError, load_registry
from scrapers.errors import DeclarationError
from tests.place import PROOF, Place, little_registry, page, put, small
from tracker.config import SHIPPED, Config, load

URL = "https://example.org/card"
ALIASES = "alias,release,variant,since,until,evidence_url,evidence_day\n"
DEVELOPERS = "developer,name,country,subdivision,since,until,evidence_url,evidence_day,note\n"


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """Three developers, two releases, and a name that moved on in 2025."""
    little_registry(tmp_path / "shipped")
    with (tmp_path / "shipped" / "aliases.csv").open("a", encoding="utf-8") as file:
        file.write(f"chat,openai/gpt-4o,,,2025-01-01,{PROOF}\nchat,Qwen/Qwen3-32B,,2025-01-01,,{PROOF}\n")
    return tmp_path / "shipped"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A folder for lines of one's own."""
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


def test_a_line_of_ones_own_stands_in_the_place_of_all_that_is_said_of_its_key(shipped: Path, own: Path) -> None:
    """`chat` has one meaning instead of two, Alibaba is elsewhere, and what has no line of one's own stays."""
    (own / "aliases.csv").write_text(f"{ALIASES}chat,openai/gpt-4o,high,,,{PROOF}\n")
    (own / "developers.csv").write_text(f"{DEVELOPERS}alibaba,Alibaba,SG,,,,{PROOF},\nzeta,Zeta,FR,,,,{PROOF},\n")
    registry = load_registry(shipped, own)
    for day in (date(2024, 6, 1), date(2026, 1, 1)):
        alias = registry.alias("chat", AsOf(day))
        assert alias is not None
        assert (alias.release, alias.variant) == ("openai/gpt-4o", "high")
    assert [(row.developer, row.country) for row in registry.developers] == [
        ("alibaba", "SG"), ("anthropic", "US"), ("openai", "US"), ("zeta", "FR"),
    ]  # fmt: skip
    alias = load_registry(shipped).alias("chat", AsOf(date(2026, 1, 1)))
    assert alias is not None
    assert alias.release == "Qwen/Qwen3-32B"


def test_a_folder_that_is_not_there_changes_nothing(shipped: Path, own: Path) -> None:
    """Nor does an empty one."""
    for folder in (own, own / "absent"):
        assert load_registry(shipped, folder) == load_registry(shipped)


@pytest.mark.parametrize(
    ("file", "lines", "sentence"),
    [
        ("aliases.csv", f"{ALIASES}b,openai/gpt-4o,,,,{PROOF}\na,openai/gpt-4o,,,,{PROOF}\n", "line 3, column alias"),
        ("aliases.csv", f"{ALIASES}a,openai/gpt-9,,,,{PROOF}\n", "line 2, column release"),
        ("developers.csv", f"{DEVELOPERS}zeta,Zeta,XX,,,,{PROOF},\n", "line 2, column country"),
    ],
)
def test_a_wrong_line_is_named_with_its_folder(shipped: Path, own: Path, file: str, lines: str, sentence: str) -> None:
    """There are two files of that name."""
    (own / file).write_text(lines)
    with pytest.raises(RegistryError) as caught:
        load_registry(shipped, own)
    assert str(caught.value).startswith(f"{own / file}: {sentence}: expected ")


def test_a_file_that_the_registry_does_not_have_is_named(shipped: Path, own: Path) -> None:
    """A mistyped name does not pass in silence."""
    (own / "alias.csv").write_text(ALIASES)
    with pytest.raises(DeclarationError, match=r"own/alias\.csv: name: the registry has no such file: aliases\.csv, "):
        load_registry(shipped, own)


def test_decisions_go_where_nothing_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Into the registry of a checkout or one that config.toml names; else beside config.toml."""
    (tmp_path / "config.toml").write_text("")
    config = load(tmp_path / "config.toml", None)
    assert config.registries == (SHIPPED, tmp_path / "own_registry")
    assert config.reviewed_registry == SHIPPED
    installed = tmp_path / "site-packages" / "registry" / "data"
    monkeypatch.setattr("tracker.config.SHIPPED", installed)
    assert config.model_copy(update={"registry": installed}).reviewed_registry == tmp_path / "own_registry"
    assert config.reviewed_registry == SHIPPED  # now one that config.toml names
    (tmp_path / "config.toml").write_text('own_registry = "mine"')
    assert load(tmp_path / "config.toml", None).own_registry == tmp_path / "mine"
    assert Config().own_registry == Path("own_registry")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """A place whose registry is that of an installed package, and a page with a name that nobody knows."""
    place = small(tmp_path / "place")
    monkeypatch.setattr("tracker.config.SHIPPED", place.registry.resolve())
    put(place, page([50, 40], names=("Nameless 9", "gpt-4o")), "2026-01-01")
    return place


def test_an_accepted_name_leaves_the_installed_files_as_they_were(installed: Place) -> None:
    """Its line is beside config.toml, counts for all of history, and is in the bundle of a figure."""
    before = {file.name: file.read_bytes() for file in installed.registry.iterdir()}
    file = installed.folder / "own_registry" / "aliases.csv"
    for name in ("Nameless 9", "Another"):
        words = ["--accept", name, "Qwen/Qwen3-32B", "--evidence", URL, "--day", "2026-01-05"]
        done = installed.run("registry", "review", *words)
        assert done.code == 0, done.err
        assert done.err.startswith(f"{file}: {name!r} is Qwen/Qwen3-32B")
    lines = [f"{name},Qwen/Qwen3-32B,,,,{URL},2026-01-05\n" for name in ("Another", "Nameless 9")]
    assert file.read_text("utf-8") == ALIASES + "".join(lines)
    assert {each.name: each.read_bytes() for each in installed.registry.iterdir()} == before

    def figures() -> dict[str, dict[str, object]]:
        done = installed.run("share", "small_plain", "--top", "2", "--format", "json")
        return {row["country"]: row for row in done.json()}

    assert figures().keys() == {"US", "unknown"}
    early = installed.run("bundle", figures()["US"]["id"], installed.folder / "early.zip")
    assert (early.code, "run `tracker publish` first" in early.err) == (1, True)
    assert installed.run("publish").code == 0
    assert figures().keys() == {"CN", "US"}
    bundle = installed.folder / "figure.zip"
    done = installed.run("bundle", figures()["CN"]["id"], bundle)
    assert done.code == 0, done.err
    file.unlink()  # the bundle needs nothing of this folder
    done = installed.run("verify", bundle)
    assert done.code == 0, done.err


@pytest.mark.parametrize("words", [["Nameless 9", "openai/gpt-9"], [" spaced ", "openai/gpt-4o"]])
def test_a_wrong_decision_leaves_nothing(installed: Place, words: list[str]) -> None:
    """No file where none was."""
    done = installed.run("registry", "review", "--accept", *words, "--evidence", URL)
    assert done.code == 2
    assert f"{installed.folder / 'own_registry' / 'aliases.csv'}: line 2" in done.err
    assert list((installed.folder / "own_registry").iterdir()) == []
