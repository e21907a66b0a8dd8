# One image for every process of the system; the command says which one it is.

FROM python:3.13-slim-trixie AS build
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=true UV_COMPILE_BYTECODE=1
RUN --mount=type=cache,target=/root/.cache \
    python -m venv /opt/uv && /opt/uv/bin/pip install --quiet uv==0.13.9
WORKDIR /app
# First the libraries alone: they change seldom, so this layer is almost always at hand.
COPY pyproject.toml uv.lock ./
RUN --mount=type=cache,target=/root/.cache \
    /opt/uv/bin/uv sync --quiet --frozen --no-dev --no-install-local
COPY . .
RUN --mount=type=cache,target=/root/.cache \
    /opt/uv/bin/uv sync --quiet --frozen --no-dev \
    && python -m compileall -q services shared web cli devstack clients

# The interpreter without what only a person or a build needs.
FROM python:3.13-slim-trixie AS interpreter
RUN python -m pip --version \
    && rm -rf /usr/share/doc /usr/share/man /usr/share/locale /usr/share/python-wheels \
       /usr/lib/python3*/ensurepip /usr/local/lib/python3*/ensurepip \
       /usr/lib/python3*/idlelib /usr/local/lib/python3*/idlelib /usr/local/lib/python3*/test \
       /usr/lib/python3*/site-packages/pip* /usr/local/lib/python3*/*-packages/pip* \
       /usr/lib/python3/dist-packages/pip* /usr/local/bin/pip* /usr/bin/pip* \
       /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/* /root/.cache \
    && groupadd --gid 10001 clientele \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp clientele

# Copied into an empty image, so that what was removed is not carried along underneath.
FROM scratch
COPY --from=interpreter / /
COPY --from=build /app /app
ENV PATH=/app/.venv/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001:10001
STOPSIGNAL SIGTERM
LABEL org.opencontainers.image.title="Clientele" \
      org.opencontainers.image.description="Client records for service firms" \
      org.opencontainers.image.licenses="Apache-2.0"
ENTRYPOINT ["clientele"]
CMD ["--help"]
