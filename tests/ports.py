"""Free ports for tests, in blocks of 20 far from the defaults, so that a running `./jiesu up` is not disturbed."""
from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path
from typing import TextIO

LOCKS = Path("/tmp") / f"jiesu-test-ports-{os.getuid()}"  # a locked file a block: two runs at once do not collide
RTP_COUNT = 400
"""Media ports of a system in tests: 56 blocks one after the other have ranges of their own (18 with the default's 1200)."""
FIRST, LAST, STEP = 21_000, 29_000, 20
_kept: list[TextIO] = []  # the kernel gives a block back when its process ends, however that ends


def free(port: int) -> bool:
    for kind, address in (
        (socket.SOCK_STREAM, "127.0.0.1"),
        (socket.SOCK_DGRAM, "127.0.0.1"),
        (socket.SOCK_DGRAM, "127.0.0.2"),
    ):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def take_block() -> int:
    """The first port of 20 free ones, kept by this process until it ends."""
    LOCKS.mkdir(mode=0o700, exist_ok=True)
    for start in range(FIRST, LAST, STEP):
        lock = (LOCKS / str(start)).open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        if all(free(start + offset) for offset in range(STEP)):
            _kept.append(lock)
            return start
        lock.close()
    raise RuntimeError("no block of 20 free ports between 21000 and 29000")
