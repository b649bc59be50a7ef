"""Where the data are: all that commands which only read need to know of config.toml, so that they start fast."""

from __future__ import annotations

import os
from pathlib import Path

from scrapers.errors import DeclarationError


def config_file(path: Path | None) -> Path | None:
    """The configuration file that an option or the environment names, else ./config.toml where there is one."""
    if path or "TRACKER_CONFIG" in os.environ:
        return path or Path(os.environ["TRACKER_CONFIG"])
    return Path("config.toml") if Path("config.toml").exists() else None


def data_folder(config: Path | None, data: Path | None) -> Path:
    """The data directory that an option or the environment names, else as configured; nothing else is checked here."""
    if data or "TRACKER_DATA" in os.environ:
        return (data or Path(os.environ["TRACKER_DATA"])).resolve()
    file = config_file(config)
    if not file:
        return Path.cwd() / "data"
    from scrapers.regular_files import read_toml

    folder = read_toml(file).get("data", "data")
    if not isinstance(folder, str) or "\0" in folder:
        raise DeclarationError(str(file), "data", f"a path is expected; found {folder!r:.80}")
    return file.resolve().parent / folder
