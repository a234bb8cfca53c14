"""What only a demo has: the printed accounts, citizens' phones in the browser, and sample voices. Not mounted otherwise."""
from __future__ import annotations

import json
import re

import yaml
from fastapi import APIRouter
from fastapi.responses import FileResponse
from pydantic import BaseModel

from common.errors import NotAllowedError, NotFoundError
from common.settings import PROJECT
from telephony.lines import DEMO_LINES, line_password
from web.dependencies import Wired

router = APIRouter(prefix="/api/demo", tags=["demo"])
SAMPLES = PROJECT / "ivr" / "samples"
BYTES_A_SECOND = 32_000  # 16 kHz, 16 bits, mono


class Account(BaseModel):
    login: str
    name: str
    role: str
    password: str


class Line(BaseModel):
    number: str
    name: str


class Phone(BaseModel):
    uri: str
    username: str
    password: str
    path: str


class PhoneGiven(BaseModel):
    sip: Phone


class PhoneWanted(BaseModel):
    number: str


class Sample(BaseModel):
    """`title` by language."""

    name: str
    title: dict[str, str]
    text: str
    seconds: float
    url: str


@router.get("/accounts")
def accounts(wired: Wired) -> list[Account]:
    """The demo's accounts with their passwords: told only where nobody but this machine can ask."""
    if wired.settings.listen != "127.0.0.1":
        raise NotAllowedError("the accounts are shown in the terminal that started the demo", reason="not_loopback")
    file = wired.settings.secrets_dir / "demo-accounts.json"
    return [Account(**row) for row in json.loads(file.read_text())] if file.exists() else []


@router.get("/lines")
def lines() -> list[Line]:
    return [Line(number=line.number, name=line.name) for line in DEMO_LINES]


@router.post("/phone")
def phone(wanted: PhoneWanted, wired: Wired) -> PhoneGiven:
    if wanted.number not in {line.number for line in DEMO_LINES}:
        raise NotFoundError("this is not one of the demo's numbers")
    username = f"web-{wanted.number}"
    password = line_password(wired.settings, wanted.number)
    return PhoneGiven(sip=Phone(uri=f"sip:{username}@jiesu", username=username, password=password, path="/demo-sip"))


@router.get("/samples")
def samples() -> list[Sample]:
    found = []
    for sound in sorted(SAMPLES.glob("*.wav")):
        facts = yaml.safe_load(sound.with_suffix(".yaml").read_text())
        seconds = round(sound.stat().st_size / BYTES_A_SECOND, 1)
        url = f"/api/demo/samples/{sound.stem}.wav"
        title = {"zh": facts["title"], "en": facts["title_en"]}
        found.append(Sample(name=sound.stem, title=title, text=facts["text"].strip(), seconds=seconds, url=url))
    return found


@router.get("/samples/{name}.wav")
def sample(name: str) -> FileResponse:
    file = SAMPLES / f"{name}.wav"
    if not re.fullmatch(r"[a-z0-9-]{1,40}", name) or not file.exists():
        raise NotFoundError("there is no such sample")
    return FileResponse(file, media_type="audio/wav")
