"""Why a file is not taken."""
from __future__ import annotations

from common.errors import JiesuError


class FileRefusedError(JiesuError):
    """This file is not taken; `why` is a key of the console's texts."""

    status = 422
    code = "file_refused"

    def __init__(self, message: str, why: str) -> None:
        super().__init__(message, why=why)


class FileTooLargeError(JiesuError):
    """The file is larger than what one file may have."""

    status = 413
    code = "file_too_large"


class StorageFullError(JiesuError):
    """The disk is full: nothing was kept; an administrator must make room."""

    status = 507
    code = "storage_full"
