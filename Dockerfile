# The service as an image: an unprivileged user, a root file system that may be read-only, no compiler, no tests.
# It serves with what the environment says (docs/operating.md); docker-compose.yml is the stack around it.

FROM python:3.13-slim AS packages
COPY requirements.txt /requirements.txt
RUN python3 -m venv /venv \
 && /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --progress-bar off \
      --require-hashes --only-binary :all: --no-deps -r /requirements.txt \
 && /venv/bin/python -m pip uninstall --yes --quiet pip

FROM python:3.13-slim
RUN groupadd --gid 10001 belowline \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin belowline \
 && install -d -m 700 -o belowline -g belowline /var/lib/belowline
ENV PATH=/venv/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BELOWLINE_ENV=production \
    BELOWLINE_INSTANCE_DIR=/var/lib/belowline \
    HOST=0.0.0.0 \
    PORT=8000
COPY --from=packages /venv /venv
WORKDIR /app
COPY service ./service
RUN python -m compileall -q service
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=3)"]
CMD ["python", "-m", "service.cli.serve"]
