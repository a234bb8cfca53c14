"""Is this system there? Public, and says nothing else."""
from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import text

from web.dependencies import Transaction, Wired

router = APIRouter(prefix="/api/status", tags=["status"])


class Status(BaseModel):
    ready: bool
    version: str
    demo: bool
    area_name: str
    hotline_numbers: list[str]


@router.get("")
def status(wired: Wired, session: Transaction) -> Status:
    session.execute(text("SELECT 1"))
    settings = wired.settings
    return Status(
        ready=True,
        version="0.1.0",
        demo=settings.demo,
        area_name=settings.area_name,
        hotline_numbers=settings.hotline_numbers,
    )
