"""The gazetteer: divisions of the city. Never deleted: a retired one keeps the tickets that name it."""
from __future__ import annotations

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from common.database import Base


class Division(Base):
    """`code`: the shape of GB/T 2260 and 10114: 6 digits the county, 9 the township, 12 the community or village, 15 the grid;
    the parent is the code without its last three digits. `aliases`: other names, a space between. `lat`, `lng`: its centre
    in degrees (WGS 84). `outline`: its border as [[lng, lat], …], or null.
    """

    __tablename__ = "divisions"
    __table_args__ = (CheckConstraint("code ~ '^([0-9]{3}){2,5}$'", name="code"),)

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    aliases: Mapped[str] = mapped_column(Text, default="", server_default="")
    lat: Mapped[float | None]
    lng: Mapped[float | None]
    outline: Mapped[list[list[float]] | None] = mapped_column(JSONB(none_as_null=True))
    retired: Mapped[bool] = mapped_column(default=False, server_default="false")
