# syntax=docker/dockerfile:1
FROM python:3.12-slim-bookworm AS build
RUN pip install --no-cache-dir "uv>=0.5,<1" && apt-get update \
    && apt-get install -y --no-install-recommends gettext && rm -rf /var/lib/apt/lists/*
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-dev
COPY . .
RUN for po in locale/*/LC_MESSAGES/*.po; do msgfmt -o "${po%.po}.mo" "$po"; done \
    && HOUSHAYU_MODE=demonstration HOUSHAYU_VAR=/tmp/build .venv/bin/python manage.py collectstatic --no-input \
    && mv /tmp/build/static /app/static-collected && rm -rf /tmp/build

FROM python:3.12-slim-bookworm
RUN apt-get update && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk fonts-noto-core \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --uid 10001 houshayu \
    && install -d -o houshayu /data
WORKDIR /app
COPY --from=build /app /app
ENV HOUSHAYU_MODE=production HOUSHAYU_VAR=/data STATIC_ROOT=/app/static-collected \
    PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER houshayu
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': 'localhost'}), timeout=4)"]
# gunicorn itself runs no system check.
CMD ["sh", "-c", "python manage.py check --deploy --fail-level WARNING && exec gunicorn houshayu.wsgi --bind 0.0.0.0:8000 --workers 2 --threads 4 --worker-tmp-dir /dev/shm --no-control-socket --access-logfile -"]
