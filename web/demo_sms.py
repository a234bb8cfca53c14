"""The messages that the console twin "sent" (demo only): what would be on the citizens' phones."""
from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from messaging.queries import twin_messages
from web.dependencies import Transaction

router = APIRouter(prefix="/api/demo", tags=["demo"])


class SmsOut(BaseModel):
    to_number: str
    body: str
    at: datetime


@router.get("/sms")
def sms(session: Transaction, number: Annotated[str | None, Query(max_length=30)] = None) -> list[SmsOut]:
    """The newest first, to one number or to all."""
    return [SmsOut.model_validate(row, from_attributes=True) for row in twin_messages(session, number)]
