"""One log format for every process: time in UTC, level, logger, `noun.verb key=value`; to standard error."""
from __future__ import annotations

import logging
import sys
import time

QUIET = {"httpx": logging.WARNING, "httpcore": logging.WARNING, "faster_whisper": logging.WARNING, "jieba": logging.WARNING}


def configure(process: str) -> None:
    formatter = logging.Formatter(f"%(asctime)s.%(msecs)03dZ %(levelname)-7s {process} %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
