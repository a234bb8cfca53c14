"""The taxonomy: read by everybody signed in, changed by administrators."""
from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from tickets.categories import queries, rules
from tickets.categories.model import Category
from web.dependencies import Me, Transaction, Wired, require
from web.ticket_desk import actor

router = APIRouter(prefix="/api/categories", tags=["categories"])
Name = Annotated[str, Field(max_length=rules.NAME_LENGTH + 100)]
Words = Annotated[str, Field(max_length=rules.WORDS_LENGTH * 2)]


class CategoryOut(BaseModel):
    """`words`: how citizens say it, `停暖=2 没暖气`; the number is its weight."""

    code: str
    name: str
    words: str
    retired: bool


class CategoryUses(BaseModel):
    code: str
    tickets: int


class NewCategory(BaseModel):
    code: Annotated[str, Field(max_length=20)]
    name: Name
    words: Words = ""


class CategoryChange(BaseModel):
    name: Name | None = None
    words: Words | None = None
    retired: bool | None = None


@router.get("")
def categories(me: Me, session: Transaction) -> list[CategoryOut]:
    """All of them in the order of the codes, retired ones too: old tickets show their names."""
    return [_out(row) for row in queries.everything(session)]


@router.get("/uses")
def uses(me: Me, session: Transaction) -> list[CategoryUses]:
    require(me, "lists.change")
    return [CategoryUses(code=code, tickets=count) for code, count in queries.uses(session).items()]


@router.post("", status_code=201)
def add(body: NewCategory, wired: Wired, me: Me, session: Transaction) -> CategoryOut:
    require(me, "lists.change")
    return _out(wired.categories.add(session, actor(me), body.code, body.name, body.words))


@router.patch("/{code}")
def change(code: str, body: CategoryChange, wired: Wired, me: Me, session: Transaction) -> CategoryOut:
    require(me, "lists.change")
    return _out(wired.categories.change(
        session, actor(me), code, name=body.name, words=body.words, retired=body.retired
    ))


def _out(row: Category) -> CategoryOut:
    return CategoryOut.model_validate(row, from_attributes=True)
