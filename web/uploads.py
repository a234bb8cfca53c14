"""A list as the body of a request. How large it may be, the endpoint says (`web.bodies`)."""
from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request

from tickets.imports.sheet import MOST_BYTES
from web.bodies import carries

CARRIES_A_LIST: dict[str, Any] = carries(MOST_BYTES)


async def list_file(request: Request) -> bytes:
    """An Excel list."""
    return await request.body()


ListFile = Annotated[bytes, Depends(list_file, scope="function")]
