"""`tracker sources new` and `tracker import --board`: a declaration from what a page shows."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from registry import whole_file
from scrapers import formats, table_parser, values
from scrapers.errors import DeclarationError, MissingColumn, PageError
from scrapers.formats import Row
from scrapers.model import Request
from scrapers.regular_files import read_regular_file
from scrapers.spec import SOURCES, Board, Columns, Format, PageSpec, load_source
from tracker import fetching
from tracker.config import Config

NAME = re.compile(r"^[a-z][a-z0-9_]{1,60}$")
# Column names that boards use, in lower case; the first that a table has is proposed.
USUAL = {
    "name": ("model", "name", "model name", "model_name", "system", "method", "模型"),
    "score": ("score", "average", "overall", "overall acc", "rating", "elo", "accuracy", "pass@1", "总分"),
    "organization": ("organization", "organisation", "org", "developer", "provider", "company", "vendor", "creator",
                     "机构"),
    "licence": ("license", "licence"),
    "country": ("country",),
    "published_rank": ("rank", "#", "position"),
    "score_low": ("rating_lower", "low", "ci_low", "lower"),
    "score_high": ("rating_upper", "high", "ci_high", "upper"),
    "votes": ("votes", "vote_count", "battles"),
}  # fmt: skip
NUMBERS = {"published_rank", "score_low", "score_high", "votes"}
# The columns of a table that somebody else made, for `tracker import --board`.
OWN = {
    "name": "name", "score": "score", "organization": "developer", "licence": "licence", "country": "country",
    "published_rank": "rank", "score_low": "low", "score_high": "high",
}  # fmt: skip


def kind_of(address: str, body: bytes) -> Format:
    """The format of a page, from its bytes and, where they leave it open, the ending of its address."""
    ending = PurePosixPath(urlsplit(address).path).suffix.lower()
    start = body[:4000].lstrip().decode("utf-8", "replace")
    if body[:4] == b"PAR1":
        return "parquet"
    if start.startswith("<"):
        return "html"
    if start[:1] in {"[", "{"}:
        return "json"
    if ending in {".yml", ".yaml"}:
        return "yaml"
    if ending == ".md" or re.search(r"^\s*\|?[\s:|-]*-{3,}[\s:|-]*\|", body.decode("utf-8", "replace"), re.MULTILINE):
        return "markdown"
    return "csv"


def json_place(body: bytes) -> dict[str, str]:
    """Where a JSON page has its rows, as a declaration says it (`rows_under`, `keyed_by`); empty for a list of rows."""
    value = formats.read_json(body)
    if not isinstance(value, dict):
        return {}
    if _is_keyed(value):
        return {"keyed_by": _key_column(value)}
    lists = [key for key, rows in value.items() if isinstance(rows, list) and rows and isinstance(rows[0], dict)]
    keyed = [key for key, rows in value.items() if _is_keyed(rows)]
    under = lists or keyed
    if len(under) != 1:
        reason = f"several of its keys hold rows ({', '.join(under)[:200]})" if under else "none of its keys holds rows"
        raise PageError(f"JSON: an object, and {reason}; name the key in rows_under of a declaration of your own")
    place = {"rows_under": under[0]}
    return place if lists else {**place, "keyed_by": _key_column(value[under[0]])}


def _is_keyed(value: object) -> bool:
    """Whether it is an object of rows by name: all of them objects that have some key in common."""
    if not isinstance(value, dict) or len(value) < 2 or not all(isinstance(row, dict) for row in value.values()):
        return False
    return bool(set.intersection(*(set(row) for row in value.values())))


def _key_column(rows: Mapping[str, Row]) -> str:
    """A column for the keys of an object of rows, which none of these has."""
    return next(name for name in ("model", "name", "key") if not any(name in row for row in rows.values()))


def proposed(kind: Format, body: bytes) -> tuple[PageSpec, list[Row], dict[str, str]]:
    """How the page is to be read, its rows as that reads them, and what each column holds.

    Of several tables it is the longest that seems to be a board; where an earlier one has the same columns of name and
    score, the declaration says what else the table has.
    """
    page = PageSpec(role="table", format=kind, **(json_place(body) if kind == "json" else {}))
    if kind not in {"markdown", "html"}:
        rows = table_parser.read(page, body, Board(page=("table",)))
        return page, rows, guessed(rows)
    tables = formats.markdown_tables(body) if kind == "markdown" else formats.html_tables(body)
    if not tables:
        raise PageError("the page has no table; a page that is an application shell has its rows elsewhere")
    header, rows, columns = _board_of(tables)
    board = Board(page=("table",), columns=Columns.model_validate(columns))
    if table_parser.read(page, body, board) != rows:
        page = page.model_copy(update={"table_with": tuple(header)})
        rows = table_parser.read(page, body, board)
    return page, rows, columns


def _board_of(tables: Sequence[tuple[list[str], list[Row]]]) -> tuple[list[str], list[Row], dict[str, str]]:
    """The longest table that seems to have names and scores: its header, its rows, and what each column holds."""
    problems = []
    for header, rows in sorted(tables, key=lambda table: -len(table[1])):
        try:
            return header, rows, guessed(rows)
        except PageError as error:
            problems.append(error)
    raise problems[0]


def guessed(rows: Sequence[Row]) -> dict[str, str]:
    """What each column seems to hold. The score is a usual name, else the first column that is all numbers."""
    if not rows:
        raise PageError("the table has no rows")
    present = _paths(rows[0])
    # `a.name` is named like `a`, and a score may be named by the last part of its path.
    lower = {path.lower().removesuffix(".name").strip(): path for path in reversed(present)}
    last = {path.lower().rpartition(".")[2].strip(): path for path in reversed(present)}
    columns = {}
    for field, usual in USUAL.items():
        known = {**last, **lower} if field == "score" else lower
        column = next((known[name] for name in usual if name in known), None)
        if column is not None and (field not in NUMBERS or _reads(rows, column)):
            columns[field] = column
    if "name" not in columns:
        raise PageError(f"no column seems to hold the model's name; the page has: {', '.join(present)[:300]}")
    if "score" not in columns:
        taken = {*columns.values(), *(path for path in present if path.lower().rpartition(".")[2] in {"id", "key"})}
        numeric = [path for path in present if path not in taken and all(_is_number(_cell(row, path)) for row in rows)]
        if not numeric:
            raise PageError(f"no column seems to hold a score; the page has: {', '.join(present)[:300]}")
        columns["score"] = numeric[0]
    return columns


def _paths(row: Mapping[str, object], before: str = "") -> list[str]:
    """The columns of a row; of an object in it, the path to each of its values (`a.b`)."""
    paths: list[str] = []
    for key, value in row.items():
        paths += _paths(value, f"{before}{key}.") if isinstance(value, dict) else [f"{before}{key}"]
    return paths


def _cell(row: Row, path: str) -> object:
    """What a row has under a path; None where it has nothing there."""
    try:
        return table_parser.cell(row, (path,))
    except MissingColumn:
        return None


def _reads(rows: Sequence[Row], column: str) -> bool:
    """Whether each cell is a number or missing; medals in the rank are not."""
    try:
        for row in rows:
            values.number(_cell(row, column))
    except PageError:
        return False
    return True


def _is_number(cell: object) -> bool:
    try:
        return values.number(cell) is not None
    except PageError:
        return False


def toml(value: object) -> str:
    """A TOML value of a plain Python one; JSON writes strings, numbers and lists alike."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {toml(each)}" for key, each in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def declaration(name: str, address: str, page: PageSpec, columns: Mapping[str, str], rows: Sequence[Row]) -> str:
    """The TOML of a plain table; what nobody can guess is marked TODO."""
    place = {key: value for key in ("rows_under", "keyed_by", "table_with") if (value := getattr(page, key))}
    declared = {"role": page.role, "format": page.format, **place, "address": address}
    names = [str(_cell(row, columns["name"])) for row in rows[:: max(1, len(rows) // 4)]][:4]
    scores = [score for row in rows if (score := values.number(_cell(row, columns["score"]))) is not None]
    high = 100 if scores and min(scores) >= 0 and max(scores) <= 100 else max(scores, default=0) * 2
    low = 0 if scores and min(scores) >= 0 else min(scores, default=0) * 2
    host = urlsplit(address).hostname or ""
    return f"""title = {toml(name.replace("_", " "))}
publisher = {toml(host)}          # TODO: who publishes it
homepage = {toml(address)}
licence = "not stated"            # TODO: the licence of the data; licence_page is the page that says so
redistribute = "figures"          # TODO: pages, figures or shares
pages = [{toml(declared)}]
columns = {toml(columns)}

[boards.{name}]
title = {toml(name.replace("_", " "))}
page = "table"
operator = {toml(host)}           # TODO: who runs the ranking
operator_country = ""             # TODO: ISO code
metric = {toml(columns["score"])}
unit = "points"                   # TODO
direction = "higher"              # TODO: or lower
kind = "public test"              # TODO: private test, human votes, self-reported, usage

[boards.{name}.expectations]
rows = {{ min = {max(1, len(rows) // 2)}, max = {len(rows) * 10} }}
landmarks = {toml(names)}
score = [{low:g}, {high:g}]
"""


def new(config: Config, name: str, address: str) -> tuple[Path, Path, int]:
    """Fetches the page, saves it, and writes the declaration; (declaration, saved page, rows).

    In a checkout they go beside the shipped ones, with the page where the tests look for it; else into ./sources,
    which `source_folders` in config.toml can name.
    """
    if not NAME.match(name):
        raise DeclarationError("NAME", "", f"{name!r}: lower-case letters, digits and _ are expected")
    here = Path.cwd()
    checkout = (here / "scrapers" / "sources").is_dir()
    folder = here / "scrapers" / "sources" if checkout else here / "sources"
    pages = here / "tests" / "pages" / name if checkout else folder / "pages" / name
    target = folder / f"{name}.toml"
    if target.exists() or (SOURCES / f"{name}.toml").exists():
        raise DeclarationError(str(target), "", "there is a source of that name already")
    with fetching.fetcher(config) as fetcher:
        body = fetching.body_of(fetcher, Request(role="table", address=address))
    kind = kind_of(address, body)
    spec, rows, columns = proposed(kind, body)
    text = declaration(name, address, spec, columns, rows)
    for each in (folder, pages):
        each.mkdir(parents=True, exist_ok=True)
    endings = {"markdown": "md", "yaml": "yml"}
    page = pages / f"table.{endings[kind] if kind in endings else kind}"
    whole_file.write(page, body)
    whole_file.write(target, text.encode("utf-8"))
    load_source(target)
    return target, page, len(rows)


def same_columns(declared: Path, file: Path, present: Sequence[str]) -> None:
    """A column that the declaration does not name would be left out without a word."""
    boards = load_source(declared).boards.values()
    known = {column for board in boards for _, columns in board.columns for column in columns}
    for column in present:
        if column not in known:
            raise DeclarationError(str(file), "line 1", f"column {column!r} is not declared in {declared}")


def own_board(config: Config, name: str, file: Path, direction: str | None) -> None:
    """Declares a board for tables that somebody made by hand, with the columns that the file has; once.

    Columns: name and score, and any of developer, licence, country, rank, low, high. The declaration stays in the data
    directory (boards/<name>.toml), so that a rebuild has it; later files must have the same columns.
    """
    target = config.data / "boards" / f"{name}.toml"
    try:
        rows = formats.csv_rows(read_regular_file(file, config.http.max_unpacked))
    except PageError as error:
        raise DeclarationError(str(file), "", str(error)) from None
    if not rows:
        raise DeclarationError(str(file), "", "the table has a header and no rows")
    if target.exists():
        same_columns(target, file, list(rows[0]))
        declared = load_source(target).boards[name].direction
        if direction not in (None, declared):
            raise DeclarationError("--direction", "", f"{name} is declared with {declared!r} in {target}")
        return
    # Checked before anything is written: a second declaration of a board would stop every later command.
    known = config.declared()
    if not NAME.match(name) or name in known or any(name in source.boards for source in known.values()):
        raise DeclarationError("--board", "", f"{name!r}: a name of its own in lower-case letters, digits and _")
    present = list(rows[0])
    columns = {field: column for field, column in OWN.items() if column in present}
    for needed in ("name", "score"):
        if needed not in columns:
            raise DeclarationError(str(file), "line 1", f"no column {needed!r}; expected name, score, and any of "
                                   "developer, licence, country, rank, low, high")  # fmt: skip
    unknown = sorted(set(present) - set(OWN.values()))
    if unknown:
        raise DeclarationError(str(file), "line 1", f"unknown column {unknown[0]!r}; the columns are named as asked")
    target.parent.mkdir(parents=True, exist_ok=True)
    text = f"""title = {toml(name)}
publisher = "imported by hand"
homepage = ""
licence = "not stated"
redistribute = "figures"
enabled = false
disabled_reason = "imported by hand: there is no page to fetch"
pages = [{{ role = "table", format = "csv" }}]
columns = {toml(columns)}

[boards.{name}]
title = {toml(name)}
page = "table"
operator = "imported by hand"
metric = "score"
direction = {toml(direction or "higher")}
kind = "self-reported"
expectations = {{ max_drop = 1.0 }}
"""
    whole_file.write(target, text.encode("utf-8"))
