"""A socket that poses as Asterisk towards our FastAGI server."""
from __future__ import annotations

import socket

UNIQUEID, CHANNEL = "n1-1760000000.12", "PJSIP/trunk-0000000a"


def header(script: str = "inbound", **changes: str | None) -> str:
    """What res_agi writes first; `None` leaves a line out."""
    lines: dict[str, str | None] = {
        "agi_network": "yes", "agi_network_script": script, "agi_request": f"agi://127.0.0.1:8347/{script}",
        "agi_channel": CHANNEL, "agi_language": "en", "agi_type": "PJSIP", "agi_uniqueid": UNIQUEID,
        "agi_version": "22.10.0", "agi_callerid": "13900000001", "agi_calleridname": "unknown", "agi_callingpres": "0",
        "agi_callingani2": "0", "agi_callington": "0", "agi_callingtns": "0", "agi_dnid": "12345", "agi_rdnis": "unknown",
        "agi_context": "inbound", "agi_extension": "s", "agi_priority": "9", "agi_enhanced": "0.0", "agi_accountcode": "",
        "agi_threadid": "140000000000000", **changes,
    }  # fmt: skip
    return "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None) + "\n"


class PosingChannel:
    """One call handed over to the server on `port`."""

    def __init__(self, port: int) -> None:
        self._peer = socket.create_connection(("127.0.0.1", port), timeout=4)
        self._rest = b""

    def say(self, data: str | bytes) -> None:
        self._peer.sendall(data.encode() if isinstance(data, str) else data)

    def command(self) -> str | None:
        """The script's next command, or None when it closed the connection."""
        while b"\n" not in self._rest:
            try:
                data = self._peer.recv(4096)
            except ConnectionResetError:
                return None
            if not data:
                return None
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\n")
        return line.decode()

    def answer(self, *replies: str) -> list[str]:
        """Answer one command after another; the commands."""
        commands = []
        for reply in replies:
            command = self.command()
            assert command is not None
            commands.append(command)
            self.say(reply + "\n")
        return commands

    def closed(self) -> bool:
        return self.command() is None

    def close(self) -> None:
        self._peer.close()
