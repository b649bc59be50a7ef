# Built from a checkout: docker build --tag leaderboard-tracker .
#
#   docker run --rm leaderboard-tracker demo
#   docker run --detach --name tracker --volume tracker:/data leaderboard-tracker schedule
#   docker exec tracker tracker share arena_text --top 20
#
# Commands run in /data: config.toml, own_registry and decisions.csv lie there, and the data directory below it.

FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE constraints.txt ./
COPY scrapers scrapers
COPY registry registry
COPY storage storage
COPY tracker tracker
# Nothing is installed in a running container, so pip is not taken along.
RUN python -m venv /opt/tracker \
 && /opt/tracker/bin/pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt . \
 && /opt/tracker/bin/pip uninstall --yes pip

FROM python:3.13-slim
# `tracker backfill --from git` calls git.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git \
 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data tracker && install --directory --owner tracker /data
COPY --from=build /opt/tracker /opt/tracker
ENV PATH=/opt/tracker/bin:$PATH
USER tracker
WORKDIR /data
VOLUME /data
# What is published can be read. `tracker status` says more, but its exit code is 1 as soon as one board is late.
HEALTHCHECK --interval=5m --timeout=30s --start-period=30m CMD ["tracker", "boards"]
ENTRYPOINT ["tracker"]
CMD ["--help"]
