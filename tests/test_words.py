"""One word for one thing: words that were given up for clearer ones, and must not come back as names."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from scrapers import spec
from tracker.cli import cli

ROOT = Path(__file__).resolve().parent.parent
PRODUCT = ("scrapers", "registry", "storage", "tracker")
ROOMS = (*PRODUCT, "tests", "benchmarks")

# The word that was given up: what is written instead. These hold for names of every kind.
INSTEAD = {
    "about": "what it holds: details, description, kind",
    "asking": "the subject",
    "bring_in": "import_files",
    "brought": "imported",
    "configuration": "variant",
    "door": "importer",
    "feeds_read": "freshness",
    "few_arenas": "limit_arenas",
    "found": "what it holds: rows, match, results",
    "give_back": "release_memory",
    "grounds": "lineage",
    "head": "header",
    "knob": "option",
    "knobs": "options",
    "made_with": "freshness",
    "more_sources": "source_folders",
    "movements": "changes",
    "noise": "uncertainty",
    "one": "what it is: row, page, edition",
    "outages": "coverage",
    "pageof": "PageSpec",
    "parsers": "freshness",
    "position": "rank",
    "printed": "published",
    "printed_rank": "published_rank",
    "proofs": "verify",
    "receipt": "figure_id",
    "receipts": "ids",
    "resolved_with": "freshness",
    "roster": "composition",
    "rosters": "composition",
    "said": "what it holds: message, reason, words",
    "side_by_side": "the subject",
    "sighting": "observation",
    "sightings": "observations",
    "told": "what it holds: output, lines, digest",
    "up_to_date": "is_fresh",
    "why_off": "disabled_reason",
    "witness": "provider",
    "witnessed": "snapshots_by_provider",
    "witnesses": "board_providers",
    "zips": "bundle_format",
}
# Of the product alone: tests have names of their own.
PRODUCT_ONLY = {
    "declare": "update_declarations",
    "guard": "what it does: formula_as_text",
    "plain": "what it holds: as_published, unaccented",
    "readings": "interpretations",
}
# These name modules and packages no more; a variable may hold points or figures.
MODULES = {
    "answers": "the subject",
    "causes": "decomposition",
    "cuts": "top_n",
    "declare": "spec",
    "figures": "analysis",
    "guard": "network",
    "judge": "validate",
    "moves": "row_matching",
    "plain": "table_parser",
    "points": "board_rows",
    "readings": "page_sets",
    "stamps": "date_suffix",
    "together": "page_sets",
}
CLASSES = {"Placed": "RankedRow", "Reading": "ParseJob, Interpretation, or what was read", "Seen": "SnapshotStats"}
FIELDS = {"like": "url_patterns", "once": "fetch_once"}  # of a declaration
MAY = {"Pages.one"}  # the one page of a role: the word says what it is


def names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(name, line) of whatever a module binds: variables, parameters, attributes, functions, classes, imports."""
    owner = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            above = owner.get(id(node))
            inside = f"{above.name}." if isinstance(above, ast.ClassDef) else ""
            yield inside + node.name if inside + node.name in MAY else node.name, node.lineno
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.rpartition(".")[2], node.lineno
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name, node.lineno
        elif isinstance(node, ast.MatchMapping) and node.rest:
            yield node.rest, node.lineno


def test_the_names_of_a_module_are_all_seen() -> None:
    """Every way to bind a name."""
    tree = ast.parse(
        "import a.b as c\nfrom d import e\n"
        "class F:\n    g: int = 1\n    def h(self, i, *, j=0):\n        k = (l := 1)\n        self.r = 0\n"
        "        for m, n in []:\n            pass\n        return [o for o in ()], lambda p: p\n"
        "async def s():\n    match k:\n        case {'x': [t, *u], **v}:\n            pass\n"
        "try:\n    pass\nexcept E as q:\n    pass\n"
    )
    assert {name for name, _ in names(tree)} == {"self", "F", *"ceghijklmnopqrstuv"}


def classes_and_functions(tree: ast.Module) -> Iterator[tuple[str, int, bool]]:
    """(name, line, whether it is a class) of what a module defines at its top."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno, isinstance(node, ast.ClassDef)


def words_of_a_module(file: Path, tree: ast.Module) -> list[str]:
    """The words of one module that were given up, as `file:line: name: write ...`. `file` is below the project."""
    back = [f"{file}:1: {part}: write {(INSTEAD | MODULES)[part]}"
            for part in (*file.parent.parts, file.stem) if part in INSTEAD | MODULES]  # fmt: skip
    instead = INSTEAD | PRODUCT_ONLY if file.parts[0] in PRODUCT else INSTEAD
    for name, line in names(tree):
        if (word := name.strip("_").lower()) in instead:
            back.append(f"{file}:{line}: {name}: write {instead[word]}")
    for name, line, is_class in classes_and_functions(tree):
        if is_class and name in CLASSES:
            back.append(f"{file}:{line}: {name}: write {CLASSES[name]}")
        if not is_class and name == "judge" and file.parts[:2] != ("tracker", "claims"):  # claims alone are judged
            back.append(f"{file}:{line}: {name}: write {MODULES[name]}")
    return back


@pytest.mark.parametrize("room", ROOMS)
def test_no_python_name_is_a_word_that_was_given_up(room: str) -> None:
    """Nor the name of a module or package."""
    back = [
        line
        for path in sorted((ROOT / room).rglob("*.py"))
        for line in words_of_a_module(path.relative_to(ROOT), ast.parse(path.read_text("utf-8")))
    ]
    assert not back, "\n".join(back)


def columns_and_tables(statements: str) -> Iterator[tuple[str, int]]:
    """(word, line) of SQL, outside comments and texts."""
    texts = r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'"
    code = re.sub(texts, lambda match: "\n" * match[0].count("\n"), statements, flags=re.DOTALL)
    for line, text in enumerate(code.splitlines(), 1):
        for word in re.findall(r"\w+", text):
            yield word.lower(), line


def test_no_word_of_the_sql_was_given_up() -> None:
    """Tables, columns, aliases."""
    instead = INSTEAD | PRODUCT_ONLY
    back = [
        f"{path.relative_to(ROOT)}:{line}: {word}: write {instead[word]}"
        for room in PRODUCT
        for path in sorted((ROOT / room).rglob("*.sql"))
        for word, line in columns_and_tables(path.read_text("utf-8"))
        if word in instead
    ]
    assert not back, "\n".join(back)


def keys(value: Any) -> Iterator[str]:
    """Every key of a TOML file, at any depth."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield key
            yield from keys(below)
    elif isinstance(value, list):
        for below in value:
            yield from keys(below)


def line_of_key(text: str, key: str) -> int:
    """The first line on which the key is written."""
    pattern = re.compile(rf"(?:^|[\s\[{{,.\"']){re.escape(key)}[\"']?\s*(?:=|\.|\])")
    return next((number for number, line in enumerate(text.splitlines(), 1) if pattern.search(line)), 1)


def toml_words(file: Path, text: str) -> list[str]:
    """The keys of a TOML file that were given up, as `file:line: key: write ...`."""
    instead = INSTEAD | PRODUCT_ONLY | FIELDS
    return [
        f"{file}:{line_of_key(text, key)}: {key}: write {instead[word]}"
        for key in dict.fromkeys(keys(tomllib.loads(text)))
        if (word := key.replace("-", "_")) in instead
    ]


def test_no_key_of_a_declaration_was_given_up() -> None:
    """Settings, sources and claims, and what a declaration may say."""
    files = [ROOT / "config.toml", *(path for room in PRODUCT for path in (ROOT / room).rglob("*.toml"))]
    back = [line for path in sorted(files) for line in toml_words(path.relative_to(ROOT), path.read_text("utf-8"))]
    declared = [kind for kind in vars(spec).values() if inspect.isclass(kind) and issubclass(kind, spec.Declared)]
    assert {spec.Source, spec.Board, spec.PageSpec} <= {*declared}
    for model in declared:
        back += [f"scrapers/spec.py:{inspect.getsourcelines(model)[1]}: {model.__name__}.{name}: write {instead}"
                 for name, instead in (INSTEAD | PRODUCT_ONLY | FIELDS).items() if name in model.model_fields]  # fmt: skip
    assert len(files) > 10
    assert not back, "\n".join(back)


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """(its words, command) of every command below."""
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, (*path, name))


def place_of(command: click.Command) -> str:
    """file:line of the function behind a command."""
    if command.callback is None:
        return "tracker/cli:1"
    code = inspect.unwrap(command.callback).__code__
    return f"{Path(code.co_filename).relative_to(ROOT)}:{code.co_firstlineno}"


def test_no_command_or_option_is_a_word_that_was_given_up() -> None:
    """At least the commands that README names are looked at."""
    looked_at = dict(commands(cli))
    assert {"share", "claim", "registry lookup", "sources check", "quarantine list"} <= looked_at.keys()
    back, instead = [], INSTEAD | PRODUCT_ONLY
    for path, command in looked_at.items():
        options = [name for option in command.params for name in (*option.opts, *option.secondary_opts)]
        for written in (*path.split()[-1:], *options):
            if (word := written.lstrip("-").replace("-", "_")) in instead:
                back.append(f"{place_of(command)}: tracker {path}: {written}: write {instead[word]}")
    assert not back, "\n".join(back)


def test_words_in_texts_and_from_libraries_may_stay() -> None:
    """A text, a comment, a figure, `--where` and an attribute that is only read are no names of ours."""
    tree = ast.parse("# told\nfigure = page.head + 'noise'\nwhere = library.found(about=1)\n")
    assert words_of_a_module(Path("tracker/x.py"), tree) == []
    assert not [
        word for word, _ in columns_and_tables("SELECT a -- told\n, 'noise' /* one */ FROM t") if word in INSTEAD
    ]
    assert toml_words(Path("x.toml"), 'text = "found"  # told\n') == []


@pytest.mark.parametrize(
    ("file", "code", "message"),
    [
        ("tracker/x.py", "\n_found = 1\n", "tracker/x.py:2: _found: write what it holds: rows, match, results"),
        ("tracker/x.py", "self.noise = 1\n", "tracker/x.py:1: noise: write uncertainty"),
        ("tracker/figures/x.py", "", "tracker/figures/x.py:1: figures: write analysis"),
        ("storage/judge.py", "", "storage/judge.py:1: judge: write validate"),
        ("storage/x.py", "def judge(): ...\n", "storage/x.py:1: judge: write validate"),
        ("storage/x.py", "class Seen: ...\n", "storage/x.py:1: Seen: write SnapshotStats"),
        (
            "storage/x.py",
            "class Reading: ...\n",
            "storage/x.py:1: Reading: write ParseJob, Interpretation, or what was read",
        ),
    ],
)
def test_the_message_names_file_line_word_and_replacement(file: str, code: str, message: str) -> None:
    """So that whoever wrote the word knows what to write."""
    assert words_of_a_module(Path(file), ast.parse(code)) == [message]


def test_a_key_is_named_with_its_line() -> None:
    """In a table of its own and in an inline table."""
    assert toml_words(Path("x.toml"), "[a]\nb = { once = true }\n") == ["x.toml:2: once: write fetch_once"]
    assert toml_words(Path("x.toml"), "a = 1\n[roster]\nb = 1\n") == ["x.toml:2: roster: write composition"]
