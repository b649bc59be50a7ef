"""What a share means is declared once: options, words, questions."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import get_args, get_type_hints

import duckdb
import pytest

from tracker.definition import DEFAULTS, OPTIONS, PRESETS, Definition, Question, alternatives, asked, table

DAY = date(2026, 1, 2)


def test_the_dataclass_and_the_options_say_the_same() -> None:
    """Each field has an option with the same values and default, in the same order."""
    hints = get_type_hints(Definition)
    for field in fields(Definition):
        option = OPTIONS[field.name]
        values = get_args(hints[field.name]) or (False, True)
        assert [value.name for value in option.values] == list(values), field.name
        assert option.default == field.default, field.name
    assert list(DEFAULTS.values()) == [option.default for option in OPTIONS.values()]


def test_every_choice_that_can_be_supposed_has_its_words() -> None:
    """What a claim may depend on is said; what stands beside a figure as well."""
    for name, option in OPTIONS.items():
        if name in ("by", "ties"):
            continue
        assert all(value.supposed for value in option.values[1:]), name


@pytest.mark.parametrize("preset", PRESETS)
def test_presets_are_definitions(preset: str) -> None:
    """Each sets known options to known values."""
    definition = Definition(**PRESETS[preset])  # type: ignore[arg-type]
    for name, value in definition.changed().items():
        assert OPTIONS[name].value(value).name == value


def test_a_wrong_value_is_named_with_those_that_there_are() -> None:
    """`relase` is no unit."""
    with pytest.raises(ValueError, match="unit=relase: expected one of entry, release, developer"):
        OPTIONS["unit"].value("relase")


def test_the_relation_asked_has_a_row_for_each_question() -> None:
    """Numbered from 0, with the options of each definition."""
    questions = [
        Question("a", 20, Definition(), DAY, DAY),
        Question("b", 5, Definition(by="open", unit="release", without_operator=True), DAY, DAY, every_day=True),
    ]
    text, values = asked(questions)
    cursor = duckdb.connect().execute(text, values)
    names = [column[0] for column in cursor.description]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    assert [(row["ask"], row["board"], row["top"], row["every_day"]) for row in rows] == [
        (0, "a", 20, False),
        (1, "b", 5, True),
    ]
    assert [(row["by_value"], row["unit"], row["without_operator"]) for row in rows] == [
        ("country", "entry", False), ("open", "release", True),
    ]  # fmt: skip
    assert rows[0]["as_of"] == DAY


def test_alternatives_begin_with_the_own_and_hold_each_once() -> None:
    """Two options with two and three values give six definitions."""
    options = {"open_means": ("any", "permissive"), "unit": ("entry", "release", "developer")}
    result = list(alternatives(Definition(unit="release"), options))
    assert result[0] == Definition(unit="release")
    assert len(result) == len(set(result)) == 6


def test_the_table_of_the_documents_names_every_option_and_value() -> None:
    """As Markdown, one row for each value."""
    lines = table().splitlines()
    assert len(lines) == 2 + sum(len(option.values) for option in OPTIONS.values())
    assert "| `--unit` | `entry` (default) | each published row counts once |" in lines
