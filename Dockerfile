# One image for web, worker and beat.  Built in two stages: the second holds no compiler, no pip cache, no sources of tests.
FROM python:3.11-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.lock ./
RUN /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock
COPY manage.py ./
COPY accounts ./accounts
COPY console ./console
COPY iam ./iam
COPY static ./static
COPY templates ./templates
# Hashed and compressed once, here.  The keys of this step are thrown away with its layer.
RUN WARDSTEAD_ENV=production PUBLIC_URL=https://build.invalid WARDSTEAD_DATA_DIR=/tmp/build \
    SECRET_KEY="$(/venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(64))')" \
    WARDSTEAD_KEYRING="build:$(/venv/bin/python -c 'import base64, os; print(base64.b64encode(os.urandom(32)).decode())')" \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && /venv/bin/python -m compileall -q /venv/lib accounts console iam

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app wardstead \
    && install --directory --owner wardstead --mode 0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER wardstead
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    WARDSTEAD_ENV=production WARDSTEAD_DATA_DIR=/data BIND=0.0.0.0 PORT=8000
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["python", "manage.py", "run"]
