# Asterisk 22 LTS as Debian builds it, with the code that configures and runs it. Build from the project's root:
#   docker build -f docker/asterisk.Dockerfile -t jiesu-asterisk .
FROM debian:forky-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends asterisk asterisk-modules tzdata \
        python3 python3-jinja2 python3-numpy python3-psutil python3-pydantic python3-pydantic-settings \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home jiesu && install -d -o jiesu -g jiesu -m 700 /data
WORKDIR /srv/jiesu
COPY common/ common/
COPY telephony/ telephony/
COPY asterisk-conf/ asterisk-conf/
ENV JIESU_DATA=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER jiesu
VOLUME /data
STOPSIGNAL SIGTERM
CMD ["python3", "-m", "telephony.embedded"]
