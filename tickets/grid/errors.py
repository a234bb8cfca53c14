"""Refusals that a worker on the street has to understand."""
from __future__ import annotations

from common.errors import ConflictError, InvalidError


class TaskTakenError(ConflictError):
    """Somebody else took this task first; `details` says who and when. Nothing was changed."""

    code = "task_taken"


class MovedError(ConflictError):
    """You no longer serve where this task is; what you wrote stays on your phone. `details` names the grid and its leader."""

    code = "worker_moved"


class PhotoError(InvalidError):
    """This file cannot be taken as a photo; `details` says why."""

    code = "photo_refused"


class ImportRefusedError(InvalidError):
    """The file has faulty areas; nothing was imported. `details` counts them."""

    code = "grid_import_refused"
