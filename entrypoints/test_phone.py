"""A test phone: one real SIP call to the running system from the shell, by SIPp; `./jiesu call`.

It calls from the trunk's source address as a carrier would, so it works wherever that address is one of this machine's.
"""
from __future__ import annotations

import re
import signal
import socket
import struct
import subprocess
import tempfile
import time
import uuid
import wave
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import soxr

from common.errors import InvalidError, UnavailableError
from common.settings import PROJECT, Settings, valid_number
from entrypoints import packages, state_file
from entrypoints.progress import console, step

RATE = 8000
FRAME = 160  # samples in 20 ms
GOODBYE_SECONDS = 5.0
ANSWER_SECONDS = 60.0
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SCENARIO = PROJECT / "entrypoints" / "test_phone.xml"


def place_call(settings: Settings, *, to: str, caller: str, keys: str, speech: Path | None, seconds: float) -> int:
    """0 when the call was answered and ended well, 128 + N when signal N ended it (SIGINT, SIGTERM, SIGHUP: hung up in order),
    else 1."""
    if not re.fullmatch(r"[0-9]{3,15}", to) or valid_number(caller) is None:
        raise InvalidError(f"{to!r} or {caller!r} is not a phone number")
    if not re.fullmatch(r"[0-9*#,]*", keys):
        raise InvalidError("keys may be 0-9, *, # and a comma for a pause of one second")
    if not state_file.running(settings.data):
        raise UnavailableError(f"no system runs on {settings.data}: start one with ./jiesu up --demo")
    with step("test phone") as report:
        packages.ensure({"sip-tester": "sipp"}, report)
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "call.xml"
        said = speech_capture(_sample(speech), Path(folder) / "speech.pcap") if speech else None
        scenario.write_text(_scenario(keys, said, seconds))
        phone = Phone(settings.trunk_source, _free_port(settings.trunk_source))
        console.print(f"{caller} → {to} at {settings.sip_host}:{settings.sip_port}/udp; Ctrl-C hangs up")
        with Path(folder, "sipp.out").open("w") as said_by_sipp, ended_by_signal() as signals:
            # A session of its own: Ctrl-C in the terminal would end SIPp at once, and the hotline would talk to nobody.
            process = subprocess.Popen(
                [
                    "sipp", f"{settings.sip_host}:{settings.sip_port}", "-sf", str(scenario), "-m", "1", *phone.arguments(),
                    "-mp", str(_free_port(settings.trunk_source)), "-s", to, "-key", "caller", caller, "-nostdin",
                    "-trace_err", "-error_file", f"{folder}/errors.log",
                ],
                stdout=said_by_sipp, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, start_new_session=True,
            )  # fmt: skip
            code = until_over(process, phone, signals, seconds + len(keys) + ANSWER_SECONDS)
        if code == 0:
            console.print("[green]answered and ended well[/]")
        elif signals:
            console.print(f"hung up ({signal.Signals(signals[0]).name})")
        else:
            files = (Path(folder, name) for name in ("errors.log", "sipp.out"))
            words = next((file.read_text(errors="replace")[-600:] for file in files if file.exists()), "")
            console.print(f"[red]the call failed[/]\n{words}", highlight=False)
    return code


class Phone:
    """SIPp's own SIP address, and how to tell it to hang up: it has no signal that ends a call with a BYE."""

    def __init__(self, address: str, port: int) -> None:
        self._address, self._port = address, port
        self._call_id = f"jiesu-{uuid.uuid4()}"

    def arguments(self) -> list[str]:
        invite = f"z9hG4bK-{uuid.uuid4()}"  # CANCEL has to repeat it
        return ["-i", self._address, "-p", str(self._port), "-cid_str", self._call_id, "-key", "invite", invite]

    def hang_up(self) -> None:
        """The scenario takes an INFO with its own Call-ID for this word."""
        me = f"{self._address}:{self._port}"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ours:
            ours.sendto(
                f"INFO sip:{me} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK-{uuid.uuid4()}\r\nFrom: <sip:{me}>;tag=1\r\n"
                f"To: <sip:{me}>\r\nCall-ID: {self._call_id}\r\nCSeq: 1 INFO\r\nMax-Forwards: 70\r\n"
                "Content-Length: 0\r\n\r\n".encode(),
                (self._address, self._port),
            )


@contextmanager
def ended_by_signal() -> Iterator[list[int]]:
    """Signals that came meanwhile, in order, instead of what they do otherwise."""
    came: list[int] = []
    before = {number: signal.signal(number, lambda number, _: came.append(number)) for number in STOPS}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def until_over(process: subprocess.Popen[bytes], phone: Phone, signals: list[int], seconds: float) -> int:
    """The exit code. The first signal hangs up, and so do `seconds` without an end (SIPp's own -timeout waits for its call);
    a second signal, or 5 s more, kills SIPp."""
    deadline: float | None = None
    latest, late = time.monotonic() + seconds, False
    while process.poll() is None:
        late = late or time.monotonic() > latest
        if (signals or late) and deadline is None:
            deadline = time.monotonic() + GOODBYE_SECONDS
            phone.hang_up()
        if len(signals) > 1 or (deadline is not None and time.monotonic() > deadline):
            process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    if signals:
        return 128 + signals[0]
    return 0 if process.returncode == 0 and not late else 1


def _free_port(address: str) -> int:
    """An even UDP port for media."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1]) & ~1


def _sample(speech: Path) -> Path:
    """A file, or the name of a shipped sample."""
    if speech.exists():
        return speech
    shipped = PROJECT / "ivr" / "samples" / f"{speech.name}.wav"
    if shipped.exists():
        return shipped
    names = sorted(path.stem for path in shipped.parent.glob("*.wav"))
    raise InvalidError(f"there is no file {speech}; shipped samples: {', '.join(names)}")


def speech_capture(source: Path, target: Path) -> Path:
    """16-bit WAV of any rate → a capture file of A-law RTP at 8 kHz, 20 ms a packet, for SIPp's play_pcap_audio.

    SIPp sends captures from the port it sends keys from, as a telephone does; its rtp_stream has another one, and
    Asterisk drops a second source (strictrtp).
    """
    with wave.open(str(source)) as sound:
        if sound.getsampwidth() != 2:
            raise InvalidError(f"{source} is not a 16-bit WAV file")
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, sound.getnchannels())[:, 0]
        rate = sound.getframerate()
    if rate != RATE:
        samples = soxr.resample(samples, rate, RATE).astype(np.int16)
    coded = alaw(samples)
    with target.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))  # pcap, Ethernet
        for number, start in enumerate(range(0, len(coded) - FRAME + 1, FRAME)):
            rtp = struct.pack(">BBHII", 0x80, 8, number & 0xFFFF, start, 0x6A696573) + coded[start : start + FRAME]
            udp = struct.pack(">HHHH", 4000, 4000, 8 + len(rtp), 0) + rtp
            address = b"\x7f\x00\x00\x01" * 2
            ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), number & 0xFFFF, 0, 64, 17, 0) + address + udp
            frame = bytes(12) + b"\x08\x00" + ip
            seconds, rest = divmod(number * FRAME, RATE)
            out.write(struct.pack("<IIII", seconds, rest * 1_000_000 // RATE, len(frame), len(frame)) + frame)
    return target


def alaw(samples: np.ndarray) -> bytes:
    """ITU-T G.711 A-law of int16 samples, a byte each."""
    value = samples.astype(np.int32)
    positive = value >= 0
    magnitude = np.minimum(np.where(positive, value, -value - 1) >> 3, 4095)
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 0)
    mantissa = (magnitude >> np.maximum(exponent, 1)) & 0x0F
    code: bytes = ((exponent << 4 | mantissa) ^ np.where(positive, 0xD5, 0x55)).astype(np.uint8).tobytes()
    return code


def _scenario(keys: str, speech: Path | None, seconds: float) -> str:
    steps = [_wait(500, 0)]
    for number, key in enumerate(keys, 1):
        if key == ",":
            steps.append(_wait(1000, number))
        else:
            steps.append(f'<nop><action><exec play_dtmf="{key}"/></action></nop>{_wait(400, number)}')
    if speech:
        steps.append(f"<nop><action><exec play_pcap_audio={quoteattr(str(speech))}/></action></nop>")
    steps.append(_wait(max(1, int(seconds * 1000)), len(keys) + 1))
    return SCENARIO.read_text().replace("<!-- steps -->", "\n  ".join(steps))


def _wait(milliseconds: int, number: int) -> str:
    """A pause in which both sides may hang up; SIPp's own `pause` takes any message for a failure."""
    limit = f'timeout="{milliseconds}" ontimeout="after{number}"'  # counted from the first of the two
    return (
        f'<recv request="BYE" optional="true" next="theirs" {limit}/><recv request="INFO" next="ours" {limit}/>'
        f'<label id="after{number}"/>'
    )
