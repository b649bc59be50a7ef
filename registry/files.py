"""`registry/data/*.csv` -> rows. Each reader raises RegistryError for the first thing that is wrong."""

from __future__ import annotations

from pathlib import Path

from registry.lines import Line, read_lines
from registry.models import TERMS, Alias, Developer, DeveloperAlias, Family, Licence, Release
from registry.names.parse import first_token
from registry.names.tokens import same_word
from scrapers.countries import ISO

_PROOF = ("evidence_url", "evidence_day")
_WEIGHTS = {"yes": True, "no": False, "": None}
# INT stands for a developer without a single base.
COUNTRIES = ISO | {"INT"}


def read_developers(path: Path) -> list[Developer]:
    columns = ("developer", "name", "country", "subdivision", "since", "until", *_PROOF, "note")
    rows: list[Developer] = []
    for line in read_lines(path, columns, ("developer", "since")):
        row = Developer(
            developer=line["developer"].matching(r"[a-z0-9][a-z0-9-]*", "a lower-case id"),
            name=line.filled("name"),
            country=_country(line),
            subdivision=line["subdivision"].text or None,
            since=line["since"].day(),
            until=line["until"].day(),
            evidence=line.evidence(),
        )
        if row.since and row.until and row.since >= row.until:
            raise line["until"].wrong("a day after `since`")
        last = rows[-1] if rows else None
        if (
            last
            and last.developer == row.developer
            and (last.until is None or row.since is None or last.until > row.since)
        ):
            raise line["since"].wrong("a day on or after `until` of the line before: bases of one developer overlap")
        rows.append(row)
    return rows


def _country(line: Line) -> str:
    text = line["country"].matching(r"[A-Z]{2}|INT", "an ISO 3166-1 alpha-2 code, or INT")
    if text in ("HK", "MO"):
        raise line["country"].wrong("CN with the subdivision HK or MO")
    if text not in COUNTRIES:
        raise line["country"].wrong("an ISO 3166-1 alpha-2 code, or INT")
    return text


def read_developer_aliases(path: Path, known: set[str]) -> tuple[DeveloperAlias, ...]:
    developer_by_word: dict[str, str] = {}
    rows: list[DeveloperAlias] = []
    for line in read_lines(path, ("alias", "developer", *_PROOF), ("alias",)):
        row = DeveloperAlias(line.filled("alias"), _developer(line, known), line.evidence())
        if developer_by_word.setdefault(same_word(row.alias), row.developer) != row.developer:
            raise line["developer"].wrong(f"{developer_by_word[same_word(row.alias)]!r}, as the same word has above")
        rows.append(row)
    return tuple(rows)


def _developer(line: Line, known: set[str]) -> str:
    if line["developer"].text not in known:
        raise line["developer"].wrong("a developer of developers.csv")
    return line["developer"].text


def read_releases(path: Path, known: set[str]) -> dict[str, Release]:
    columns = ("release", "developer", "released_on", "weights", "weights_since", "licence", "open_source",
               "base_model", *_PROOF, "note")  # fmt: skip
    rows: dict[str, Release] = {}
    for line in read_lines(path, columns, ("release",)):
        row = Release(
            release=line.filled("release"),
            developer=_developer(line, known),
            released_on=line["released_on"].day(),
            weights=_WEIGHTS[line["weights"].one_of(tuple(_WEIGHTS))],
            weights_since=line["weights_since"].day(),
            licence=line["licence"].text or None,
            open_source=line["open_source"].one_of(("yes", "")) == "yes",
            base_model=line["base_model"].text or None,
            evidence=line.evidence(),
        )
        if row.weights_since and not row.weights:
            raise line["weights_since"].wrong("nothing, since `weights` is not yes")
        if row.open_source and not row.weights:
            raise line["open_source"].wrong("nothing, since `weights` is not yes")
        rows[row.release] = row
    return rows


def read_aliases(path: Path, releases: dict[str, Release]) -> dict[str, Alias]:
    rows: dict[str, Alias] = {}
    for line in read_lines(path, ("alias", "release", "variant", *_PROOF), ("alias",)):
        meant = tuple(line["release"].text.split(" | "))
        if not set(meant) <= releases.keys():
            raise line["release"].wrong(
                "a release of releases.csv, or several joined by ' | ' where the name is ambiguous"
            )
        several = meant if len(meant) > 1 else ()
        row = Alias(line.filled("alias"), meant[0], line["variant"].text, line.evidence(), several)
        rows[row.alias] = row
    return rows


def read_licences(path: Path) -> list[Licence]:
    terms_by_key: dict[str, str] = {}
    rows: list[Licence] = []
    for line in read_lines(path, ("published", "licence", "terms", *_PROOF), ("published",)):
        row = Licence(line.filled("published"), line["licence"].text, line["terms"].one_of(TERMS), line.evidence())
        for key in (f"licence {row.licence}" if row.licence else "", f"word {same_word(row.published)}"):
            if key and terms_by_key.setdefault(key, row.terms) != row.terms:
                raise line["terms"].wrong(f"{terms_by_key[key]!r}, as the same licence has above")
        rows.append(row)
    return rows


def read_families(path: Path, known: set[str]) -> list[Family]:
    developer_by_token: dict[str, str] = {}
    rows: list[Family] = []
    for line in read_lines(path, ("token", "developer", "exceptions", *_PROOF, "note"), ("token",)):
        exceptions = tuple(first_token(t) for t in line["exceptions"].text.split())
        row = Family(line.filled("token"), _developer(line, known), exceptions, line.evidence())
        token = first_token(row.token)
        if developer_by_token.setdefault(token, row.developer) != row.developer:
            raise line["developer"].wrong(f"{developer_by_token[token]!r}, as the same token has above")
        rows.append(row)
    return rows
