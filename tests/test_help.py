"""The help of every command: an example that could be typed as it stands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tracker.cli import cli


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """(its words, command) of every command, those of groups included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


@pytest.mark.parametrize(("path", "command"), [pytest.param(*each, id=" ".join(each[0])) for each in commands(cli)])
def test_help_has_an_example_that_is_understood(
    path: tuple[str, ...], command: click.Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It names the command, and its options and arguments are those of the command."""
    monkeypatch.chdir(tmp_path)
    for name in ("saved.json", "names.csv", "figure.zip"):
        Path(name).touch()
    example = re.search(rf"Example:\s+tracker {' '.join(path)}\b[^\n]*", command.help or "")
    assert example, command.help
    words = shlex.split(example[0].partition("tracker ")[2])[len(path) :]
    command.make_context(path[-1], words)
