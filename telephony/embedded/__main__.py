"""`python -m telephony.embedded`: configure Asterisk and keep it in the foreground, as its own container or unit runs it."""
from __future__ import annotations

import logging
import signal
import sys
import threading

from common import logs
from common.settings import load_settings
from telephony.embedded.configure import Line, configure
from telephony.embedded.run import AsteriskProcess
from telephony.lines import DEMO_LINES, line_password

CALLS_MAY_FINISH = 20.0
log = logging.getLogger(__name__)


def main() -> int:
    """0 after SIGTERM or SIGINT, 1 when Asterisk ended by itself: whoever supervises us starts it again."""
    logs.configure("asterisk")
    settings = load_settings()
    process = AsteriskProcess(settings)
    lines = [Line(line.number, line_password(settings, line.number)) for line in DEMO_LINES] if settings.demo else []
    configure(settings, lines=lines, desk_phones=settings.desk_phones, sandboxed=process.asterisk.root is not None)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    process.start()
    while process.running():
        if stopping.wait(0.5):
            process.stop(CALLS_MAY_FINISH)
            return 0
    log.error("asterisk.ended_by_itself")
    return 1


if __name__ == "__main__":
    sys.exit(main())
