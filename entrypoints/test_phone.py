"""A test phone: one real SIP call to the running system from the shell, by SIPp; `./jiesu call`.

It calls from the trunk's source address as a carrier would, so it works wherever that address is one of this machine's.
"""
from __future__ import annotations

import re
import socket
import struct
import subprocess
import tempfile
import wave
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
SCENARIO = PROJECT / "entrypoints" / "test_phone.xml"


def place_call(settings: Settings, *, to: str, caller: str, keys: str, speech: Path | None, seconds: float) -> int:
    """0 when the call was answered and ended well."""
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
        media_port = _free_port(settings.trunk_source)
        console.print(f"{caller} → {to} at {settings.sip_port}/udp; Ctrl-C hangs up")
        made = subprocess.run(
            [
                "sipp", f"127.0.0.1:{settings.sip_port}", "-sf", str(scenario), "-i", settings.trunk_source, "-m", "1",
                "-mp", str(media_port),
                "-s", to, "-key", "caller", caller, "-nostdin", "-timeout", f"{int(seconds) + 60}s", "-trace_err",
                "-error_file", f"{folder}/errors.log",
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if made.returncode:
            errors = Path(folder, "errors.log")
            words = errors.read_text(errors="replace")[-600:] if errors.exists() else made.stderr[-600:]
            console.print(f"[red]the call failed[/]\n{words}", highlight=False)
        else:
            console.print("[green]answered and ended well[/]")
    return 0 if made.returncode == 0 else 1


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
    steps = []
    for key in keys:
        if key == ",":
            steps.append('<pause milliseconds="1000"/>')
        else:
            steps.append(f'<nop><action><exec play_dtmf="{key}"/></action></nop><pause milliseconds="400"/>')
    if speech:
        steps.append(f"<nop><action><exec play_pcap_audio={quoteattr(str(speech))}/></action></nop>")
    steps.append(f'<pause milliseconds="{int(seconds * 1000)}"/>')
    return SCENARIO.read_text().replace("<!-- steps -->", "\n  ".join(steps))
