# telephony, web and worker: one image, three commands. Build from the project's root:
#   docker build -f docker/app.Dockerfile -t jiesu-app .
FROM node:22-slim AS console
WORKDIR /src/console
COPY console/package.json console/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY console/ ./
RUN npm run build

FROM python:3.12-slim-bookworm
RUN useradd --uid 10001 --create-home jiesu && install -d -o jiesu -g jiesu -m 700 /data
WORKDIR /srv/jiesu
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY . ./
COPY --from=console /src/console/dist /srv/console
ENV JIESU_DATA=/data JIESU_CONSOLE=/srv/console PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/srv/jiesu
USER jiesu
VOLUME /data
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-P", "-m"]
CMD ["entrypoints.cli", "run", "web"]
