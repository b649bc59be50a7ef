"""config.toml, with a default for every key, and the sources as it overrides them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, PrivateAttr, field_validator

from registry.load import SHIPPED
from scrapers.errors import DeclarationError
from scrapers.limits import Limits
from scrapers.regular_files import read_toml
from scrapers.spec import SOURCES, Declared, PageSpec, Source, check_every, load_sources, seconds, validate
from storage.origins import Origin
from tracker.data_folder import config_file, data_folder

Positive = Annotated[float, Field(gt=0, le=1e6)]  # not without end: nothing counts that far


class Http(Declared):
    """Limits and manners of fetching."""

    contact: str = "no contact was configured"
    timeout: Positive = 60.0
    max_bytes: Annotated[int, Field(gt=0)] = 64 << 20
    max_unpacked: Annotated[int, Field(gt=0)] = 192 << 20
    attempts: Annotated[int, Field(ge=1, le=20)] = 4
    redirects: Annotated[int, Field(ge=0, le=20)] = 5
    pause: Annotated[float, Field(ge=0, le=1e6)] = 0.5
    allow_hosts: tuple[str, ...] = ()
    mirrors: Mapping[str, str] = {}

    @field_validator("mirrors")
    @classmethod
    def origins(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for origin, base in value.items():
            parts = urlsplit(origin)
            if origin != "*" and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/")):
                raise ValueError(f"{origin!r} is no origin; expected '*' or scheme://host")
            try:
                to = urlsplit(base.replace("{host}", "host"))
                sound = to.scheme in {"http", "https"} and bool(to.hostname) and to.port != 0
            except ValueError:
                sound = False
            if not sound:
                raise ValueError(f"{base!r} is no http(s) address")
        return value

    def mirror_of(self, address: str) -> str | None:
        """The base of the mirror that is asked instead of this address's host."""
        parts = urlsplit(address)
        return self.mirrors.get(f"{parts.scheme}://{parts.netloc}") or self.mirrors.get("*")

    @field_validator("contact")
    @classmethod
    def one_line(cls, value: str) -> str:
        if not value.isascii() or not value.isprintable():
            raise ValueError("plain ASCII on one line is expected: it goes into the User-Agent header")
        return value


class Schedule(Declared):
    """When sources run that do not say it themselves."""

    jitter: Annotated[float, Field(ge=0, le=1e6)] = 300.0
    stale_after: Positive = 3.0


class Override(Declared):
    """What config.toml may change of a source."""

    enabled: bool | None = None
    disabled_reason: str | None = None
    every: str | None = None
    cron: str | None = None
    address: Mapping[str, str] = {}  # role -> another address

    @field_validator("address")
    @classmethod
    def addresses(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for address in value.values():
            PageSpec.http(address)
        return value

    @field_validator("every")
    @classmethod
    def interval(cls, value: str | None) -> str | None:
        if value is not None:
            seconds(value)
        return value

    @field_validator("cron")
    @classmethod
    def five_fields(cls, value: str | None) -> str | None:
        if value is not None:
            check_every(f"cron {value}")
        return value


class Config(Declared):
    """The whole of config.toml."""

    data: Path = Path("data")
    registry: Path = SHIPPED
    own_registry: Path = Path("own_registry")
    decisions: Path = Path("decisions.csv")
    source_folders: tuple[Path, ...] = ()
    http: Http = Http()
    limits: Limits = Limits()
    schedule: Schedule = Schedule()
    sources: Mapping[str, Override] = {}
    _file: str = PrivateAttr("config.toml")  # where it was read from, for what is said of it

    @field_validator("data", "registry", "own_registry", "decisions")
    @classmethod
    def a_path(cls, value: Path) -> Path:
        if "\0" in str(value):
            raise ValueError("a path is expected, and no path holds a NUL")
        return value

    @property
    def registries(self) -> tuple[Path, ...]:
        """The folders that the registry is loaded from; what a later one says of a key counts."""
        return self.registry, self.own_registry

    @property
    def reviewed_registry(self) -> Path:
        """The folder that a person's decisions are written to; the files of an installed package are not changed."""
        installed = not (SHIPPED.parents[1] / "pyproject.toml").exists()
        return self.own_registry if installed and self.registry.resolve() == SHIPPED else self.registry

    @property
    def user_agent(self) -> str:
        """Who asks, and whom to write to."""
        from tracker import __version__

        return f"leaderboard-tracker/{__version__} (+{self.http.contact})"

    def origin_of(self, address: str) -> tuple[Origin, str]:
        """Where bytes that are fetched for an address come from, and by which mirror."""
        mirror = self.http.mirror_of(address)
        return ("mirror", urlsplit(mirror).netloc.rpartition("@")[2]) if mirror else ("fetched", "")

    def declared(self) -> dict[str, Source]:
        """All sources with their overrides, by name."""
        for folder in self.source_folders:
            if not folder.is_dir():
                raise DeclarationError(self._file, "source_folders", f"there is no folder {folder}")
        sources = dict(load_sources((SOURCES, *self.source_folders, self.data / "boards")))
        for name, override in self.sources.items():
            if name not in sources:
                known = ", ".join(sources)
                raise DeclarationError(self._file, f"sources.{name}", f"no such source; expected one of: {known}")
            sources[name] = overridden(sources[name], override, self._file)
        return sources


def overridden(source: Source, override: Override, file: str = "config.toml") -> Source:
    """The source as the config `file` changes it."""
    change: dict[str, object] = {}
    if override.enabled is not None:
        change["enabled"] = override.enabled
        change["disabled_reason"] = (
            "" if override.enabled else override.disabled_reason or "switched off in config.toml"
        )
    if override.every is not None:
        change["every"] = override.every
    if override.cron is not None:
        change["every"] = f"cron {override.cron}"
    if override.address:
        unknown = sorted(override.address.keys() - {page.role for page in source.pages})
        if unknown:
            known = ", ".join(page.role for page in source.pages)
            key = f"sources.{source.name}.address.{unknown[0]}"
            raise DeclarationError(file, key, f"no such page; expected one of: {known}")
        pages = []
        for page in source.pages:
            address = override.address[page.role] if page.role in override.address else page.address
            pages.append(page.model_copy(update={"address": address}))
        change["pages"] = tuple(pages)
    return source.model_copy(update=change)


def interval(source: Source) -> timedelta:
    """How often a source runs, for judging staleness; a cron expression counts as a week at most."""
    if source.every.startswith("cron "):
        return timedelta(days=7 if source.every.split()[-1] != "*" else 1)
    return timedelta(seconds=seconds(source.every))


def load(path: Path | None, data: Path | None) -> Config:
    """The config file at `path`, else ./config.toml where there is one, else the defaults."""
    chosen = config_file(path)
    if chosen:
        config = validate(Config, read_toml(chosen), str(chosen))
        config._file = str(chosen)
        base = chosen.resolve().parent
    else:
        config, base = Config(), Path.cwd()
    return config.model_copy(update={
        "data": data_folder(path, data),
        "registry": base / config.registry,
        "own_registry": base / config.own_registry,
        "decisions": base / config.decisions,
        "source_folders": tuple(base / folder for folder in config.source_folders),
    })  # fmt: skip
