"""The built console: hashed files are kept for ever by browsers, every other path answers with the page itself."""
from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class HashedFiles(StaticFiles):
    """Names carry a content hash, so a copy never goes stale."""

    async def get_response(self, path: str, scope: Scope):  # type: ignore[no-untyped-def]  # Starlette's union of responses
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def mount_console(app: FastAPI, folder: Path) -> None:
    app.mount("/assets", HashedFiles(directory=folder / "assets"))
    files = {path.name: path for path in folder.iterdir() if path.is_file()}

    @app.get("/{path:path}", include_in_schema=False)
    def page(path: str) -> FileResponse:
        if path.startswith("api/"):
            raise HTTPException(404, "no such endpoint")
        if path in files and path != "index.html":
            return FileResponse(files[path])
        return FileResponse(files["index.html"], headers={"Cache-Control": "no-cache"})
