"""The taxonomy's table. A category is never deleted: a retired one is offered no more and keeps its tickets."""
from __future__ import annotations

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base


class Category(Base):
    """`words`: how citizens say it, see `rules.keywords`. The level and the parent follow from the code."""

    __tablename__ = "categories"
    __table_args__ = (CheckConstraint("code ~ '^[0-9]{6}$'", name="code"),)

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text, default="", server_default="")
    retired: Mapped[bool] = mapped_column(default=False, server_default="false")
