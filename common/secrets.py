"""Secrets are generated, kept one to a file, mode 0600, in a directory of mode 0700; never in git, never in a log."""
from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret(directory: Path, name: str, length: int = 32) -> str:
    """The secret of this name, made at first use. URL-safe characters only. Two processes at once get the same one."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = directory / name
    if not file.exists():
        write_private(file, secrets.token_urlsafe(length), exclusive=True)
    return file.read_text().strip()


def write_private(file: Path, content: str, *, exclusive: bool = False) -> None:
    """Write a file that only its owner reads, whole or not at all. `exclusive`: an existing one stays as it is."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(content)
    try:
        if exclusive:
            os.link(temporary, file)
        else:
            temporary.replace(file)
    except FileExistsError:
        pass  # another process made it first; its content counts
    finally:
        temporary.unlink(missing_ok=True)
