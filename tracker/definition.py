"""What a share means: the one place where an option of a definition is declared, with its values and its words.

The command line's options, the relation `asked` of the query, the daily table, the macro `share_of`, the ids of
figures, what claims try, and the table in docs/methodology.md follow from OPTIONS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any, Literal

By = Literal["country", "openness", "open", "country,openness", "country,open", "developer"]
Unit = Literal["entry", "release", "developer"]


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an option: `means` stands beside a figure, `supposed` in what a claim depends on."""

    name: str | bool
    means: str = ""
    supposed: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice that a definition makes; the first value is the default."""

    name: str
    help: str
    values: tuple[Value, ...]

    @property
    def default(self) -> str | bool:
        """The value of the default definition."""
        return self.values[0].name

    def value(self, name: object) -> Value:
        """The value of that name; ValueError says which there are."""
        for value in self.values:
            if value.name == name:
                return value
        known = ", ".join(str(value.name) for value in self.values)
        raise ValueError(f"{self.name}={name}: expected one of {known}")


OPTIONS: dict[str, Option] = {
    option.name: option
    for option in (
        Option("by", "What is counted.", (
            Value("country"), Value("openness"), Value("open"), Value("country,openness"), Value("country,open"),
            Value("developer"),
        )),
        Option("unit", "What counts as one.", (
            Value("entry", "each published row counts once", "if each published row counts once"),
            Value("release", "each released model counts once, by its best row", "if each release counts once"),
            Value("developer", "each developer counts once, by its best row; rows of several developers are left out",
                  "if each developer counts once"),
        )),
        Option("ties", "Rows tied at the cut.", (
            Value("fractional", "rows tied at the cut share the places left"),
            Value("include", "all rows tied at the cut are in"),
            Value("exclude", "rows tied at the cut are out"),
        )),
        Option("rank_by", "What the cut goes by.", (
            Value("score", "cut by score"),
            Value("published_rank", "cut by the published rank", "if the cut goes by the published rank"),
            Value("published_rank_at_most", "every row whose published rank is at most N",
                  "if every row with a published rank of at most N is in"),
        )),
        Option("openness_as_of", "Openness as of the snapshot's day, or of today.", (
            Value("snapshot", "the day of the snapshot"),
            Value("today", "today", "if openness is that of today"),
        )),
        Option("country_rule", "Whose country, and of what.", (
            Value("primary", "country: primary base of the releasing organisation on the day of release"),
            Value("mainland_only", "country: as always, but Hong Kong and Macao stand apart from CN",
                  "if Hong Kong and Macao are not CN"),
            Value("multi", "country: every one that the board publishes for a joint model; shares do not sum to 1",
                  "if a joint model counts for each of its countries"),
        )),
        Option("open_means", "Which terms are open, with open.", (
            Value("any", "any terms"),
            Value("permissive", "under a permissive licence", "if open means weights under a permissive licence"),
        )),
        Option("without_operator", "Leave out the operator's own models.", (
            Value(False),
            Value(True, "the operator's own models are left out", "if the operator's own models are left out"),
        )),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """What is counted and how. The defaults are the default definition."""

    by: By = "country"
    unit: Unit = "entry"
    ties: Literal["fractional", "include", "exclude"] = "fractional"
    rank_by: Literal["score", "published_rank", "published_rank_at_most"] = "score"
    openness_as_of: Literal["snapshot", "today"] = "snapshot"
    country_rule: Literal["primary", "mainland_only", "multi"] = "primary"
    open_means: Literal["any", "permissive"] = "any"
    without_operator: bool = False

    def words(self) -> str:
        """The definition as a reader needs it beside a figure."""
        parts = [self._means("unit"), *self.of_cut()]
        parts += [self._means("ties")] if self.rank_by != "published_rank_at_most" else []
        return "; ".join([*parts, *self.of_properties()])

    def of_cut(self) -> list[str]:
        """What the cut goes by, and whether all rows are in it."""
        return [self._means("rank_by"), *filter(None, [self._means("without_operator")])]

    def of_properties(self) -> list[str]:
        """What country and open mean, where they are asked."""
        parts = [self._means("country_rule")] if "country" in self.by else []
        if "open" in self.by:
            day, terms = self._means("openness_as_of"), self._means("open_means")
            parts.append(f"openness as of {day}; open means weights published, {terms}")
        return parts

    def changed(self) -> dict[str, str | bool]:
        """The options that are not at their default, but for what is counted."""
        return {name: value for name, value in asdict(self).items() if name != "by" and value != OPTIONS[name].default}

    def _means(self, option: str) -> str:
        return OPTIONS[option].value(getattr(self, option)).means


# Definitions with a name, as `--preset` takes them; every option that they do not set stays as it is.
PRESETS: dict[str, dict[str, object]] = {
    "default": {},
    "by_release": {"unit": "release"},
    "by_developer": {"unit": "developer"},
    "permissive_open": {"by": "open", "open_means": "permissive"},
    "mainland_only": {"country_rule": "mainland_only"},
    "epoch_multi": {"country_rule": "multi"},
    "published_rank": {"rank_by": "published_rank"},
    "published_rank_at_most": {"rank_by": "published_rank_at_most"},
    "without_operator": {"without_operator": True},
}
# Name of each option as a column of `asked` -> its value in the default definition.
DEFAULTS: dict[str, str | bool] = {
    "by_value" if name == "by" else name: option.default for name, option in OPTIONS.items()
}


@dataclass(frozen=True, slots=True)
class Question:
    """A definition asked of a board at an N: at the newest point on or before `as_of`, or at every point up to it."""

    board: str
    top: int
    definition: Definition
    as_of: date
    today: date
    every_day: bool = False


def asked(questions: Sequence[Question]) -> tuple[str, list[Any]]:
    """The relation `asked` of these questions, numbered from 0: its text, and the values of its parameters."""
    names = ["ask", "board", "top", "as_of", "today", "every_day", *DEFAULTS]
    rows = [
        [number, question.board, question.top, question.as_of, question.today, question.every_day,
         *asdict(question.definition).values()]
        for number, question in enumerate(questions)
    ]  # fmt: skip
    cells = ", ".join("CAST(? AS DATE)" if name in ("as_of", "today") else "?" for name in names)
    text = f"SELECT * FROM (VALUES {', '.join(f'({cells})' for _ in rows)}) AS a ({', '.join(names)})"
    return text, [cell for row in rows for cell in row]


def alternatives(own: Definition, options: Mapping[str, Sequence[object]]) -> Iterator[Definition]:
    """`own` first, then every other definition that these values of options give."""
    from itertools import product

    yield own
    for values in product(*options.values()):
        other = Definition(**{**asdict(own), **dict(zip(options, values, strict=True))})
        if other != own:
            yield other


def table() -> str:
    """The options as the table of docs/methodology.md: Markdown, a row for each value."""
    rows = ["| option | value | it means |", "|---|---|---|"]
    for option in OPTIONS.values():
        for number, value in enumerate(option.values):
            flag = f"`--{option.name.replace('_', '-')}`" if number == 0 else ""
            default = " (default)" if number == 0 else ""
            name = f"`{value.name}`" if isinstance(value.name, str) else "given" if value.name else "not given"
            rows.append(f"| {flag} | {name}{default} | {value.means or option.help} |")
    return "\n".join(rows) + "\n"


assert [field.name for field in fields(Definition)] == list(OPTIONS)  # noqa: S101 - both are written above
