"""One word for one thing: words that were given up for clearer ones, and must not come back as names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tracker.cli import cli

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("scrapers", "registry", "storage", "tracker", "tests", "benchmarks")

# The word that was given up: what is written instead.
INSTEAD = {
    "about": "what it holds: details, description, kind",
    "bring_in": "import_files",
    "brought": "imported",
    "configuration": "variant",
    "door": "importer",
    "feeds_read": "freshness",
    "few_arenas": "limit_arenas",
    "found": "what it holds: rows, match, results",
    "give_back": "release_memory",
    "head": "header",
    "knob": "option",
    "made_with": "freshness",
    "more_sources": "source_folders",
    "noise": "uncertainty",
    "one": "what it is: row, page, edition",
    "outages": "coverage",
    "position": "rank",
    "printed": "published",
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
MAY = {"Pages.one"}  # the one page of a role: the word says what it is


def names(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """(name, line) of whatever a module binds: variables, parameters, fields, functions, classes, imports."""
    owner = {id(child): node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            above = owner.get(id(node))
            inside = f"{above.name}." if isinstance(above, ast.ClassDef) else ""
            yield inside + node.name if inside + node.name in MAY else node.name, node.lineno
        elif isinstance(node, ast.alias):
            yield node.asname or node.name.rpartition(".")[2], node.lineno
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name, node.lineno


def test_the_names_of_a_module_are_all_seen() -> None:
    """Every way to bind a name."""
    tree = ast.parse(
        "import a.b as c\nfrom d import e\n"
        "class F:\n    g: int = 1\n    def h(self, i, *, j=0):\n        k = (l := 1)\n"
        "        for m, n in []:\n            pass\n        return [o for o in ()], lambda p: p\n"
        "try:\n    pass\nexcept E as q:\n    pass\n"
    )
    assert {name for name, _ in names(tree)} == {"self", "F", *"ceghijklmnopq"}


@pytest.mark.parametrize("room", ROOMS)
def test_no_python_name_is_a_word_that_was_given_up(room: str) -> None:
    """Nor the name of a file."""
    back = []
    for path in sorted((ROOT / room).rglob("*.py")):
        file = path.relative_to(ROOT)
        if path.stem in INSTEAD:
            back.append(f"{file}: write {INSTEAD[path.stem]}")
        for name, line in names(ast.parse(path.read_text("utf-8"))):
            if (word := name.strip("_").lower()) in INSTEAD:
                back.append(f"{file}:{line}: {name}: write {INSTEAD[word]}")
    assert not back, "\n".join(back)


def test_no_word_of_the_sql_was_given_up() -> None:
    """Tables, columns, aliases: outside comments and texts."""
    back = []
    for path in sorted((ROOT / "storage" / "sql").rglob("*.sql")):
        statements = re.sub(r"--[^\n]*|'(?:[^']|'')*'", "", path.read_text("utf-8"))
        words = {word.lower() for word in re.findall(r"\w+", statements)}
        back += [f"{path.relative_to(ROOT)}: {word}: write {INSTEAD[word]}" for word in sorted(words & INSTEAD.keys())]
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


def test_no_command_or_option_is_a_word_that_was_given_up() -> None:
    """At least the commands that README names are looked at."""
    looked_at = dict(commands(cli))
    assert {"share", "claim", "registry lookup", "sources check", "quarantine list"} <= looked_at.keys()
    written = {part.lstrip("-").replace("-", "_") for path, command in looked_at.items()
               for part in (*path.split(), *(name for option in command.params for name in option.opts))}  # fmt: skip
    assert not written & INSTEAD.keys()
