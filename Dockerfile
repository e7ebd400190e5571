# One image for the bot (`run`, the default) and for the embedded image host (`host`).
#   docker build --tag imgoe-bot .
#   docker build --tag imgoe-bot --build-arg EXTRAS=host .     # without PostgreSQL and S3
ARG PYTHON=3.11

FROM python:${PYTHON}-slim AS build
ARG EXTRAS=host,postgres,s3
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY src/ src/
COPY cogs/ cogs/
RUN python -m pip wheel --no-cache-dir --no-deps --wheel-dir dist .
RUN python -m venv /opt/imgoe
RUN set -- dist/*.whl && \
    /opt/imgoe/bin/python -m pip install --no-cache-dir --constraint constraints.txt "$1[$EXTRAS]"

FROM python:${PYTHON}-slim
RUN useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin imgoe && \
    install --directory --owner=imgoe --group=imgoe --mode=0700 /data
COPY --from=build /opt/imgoe /opt/imgoe
ENV PATH="/opt/imgoe/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    IMGOE_DATA_DIR=/data
WORKDIR /data
VOLUME ["/data"]
USER 10001
# The bot's; a container that runs `host` needs another one, as in compose.yaml.
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["imgoe-bot", "healthcheck"]
ENTRYPOINT ["imgoe-bot"]
CMD ["run"]
