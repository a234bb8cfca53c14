"""Passwords: argon2id, and the same work whether a login exists or not."""
from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from accounts.errors import WeakPasswordError
from accounts.rules import PASSWORD_MAX, PASSWORD_MIN


class Passwords:
    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("no such person")

    def hash(self, password: str) -> str:
        if not PASSWORD_MIN <= len(password) <= PASSWORD_MAX:
            raise WeakPasswordError(
                f"A password has {PASSWORD_MIN} to {PASSWORD_MAX} characters.", field="password", length=len(password)
            )
        return self._hasher.hash(password)

    def right(self, password_hash: str | None, password: str) -> bool:
        """False for an unknown login (None) too, after as long a computation."""
        try:
            self._hasher.verify(password_hash or self._nobody, password[: PASSWORD_MAX + 1])
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def outdated(self, password_hash: str) -> bool:
        return self._hasher.check_needs_rehash(password_hash)
