"""A test phone: one real SIP call to the running system from the shell, by SIPp; `./jiesu call`.

It calls from the trunk's source address as a carrier would, so it works wherever that address is one of this machine's.
"""
from __future__ import annotations

import re
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
        said = _alaw_file(_sample(speech), Path(folder) / "speech.al") if speech else None
        scenario.write_text(_scenario(keys, said, seconds))
        console.print(f"{caller} → {to} at {settings.sip_port}/udp; Ctrl-C hangs up")
        made = subprocess.run(
            [
                "sipp", f"127.0.0.1:{settings.sip_port}", "-sf", str(scenario), "-i", settings.trunk_source, "-m", "1",
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


def _sample(speech: Path) -> Path:
    """A file, or the name of a shipped sample."""
    if speech.exists():
        return speech
    shipped = PROJECT / "ivr" / "samples" / f"{speech.name}.wav"
    if shipped.exists():
        return shipped
    names = sorted(path.stem for path in shipped.parent.glob("*.wav"))
    raise InvalidError(f"there is no file {speech}; shipped samples: {', '.join(names)}")


def _alaw_file(source: Path, target: Path) -> Path:
    """16-bit WAV of any rate → raw G.711 A-law at 8 kHz, as SIPp's rtp_stream sends it."""
    with wave.open(str(source)) as sound:
        if sound.getsampwidth() != 2:
            raise InvalidError(f"{source} is not a 16-bit WAV file")
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, sound.getnchannels())[:, 0]
        rate = sound.getframerate()
    if rate != RATE:
        samples = soxr.resample(samples, rate, RATE).astype(np.int16)
    target.write_bytes(alaw(samples))
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
        name = quoteattr(f"{speech},1,8,PCMA/8000")
        steps.append(f"<nop><action><exec rtp_stream={name}/></action></nop>")
    steps.append(f'<pause milliseconds="{int(seconds * 1000)}"/>')
    return SCENARIO.read_text().replace("<!-- steps -->", "\n  ".join(steps))
