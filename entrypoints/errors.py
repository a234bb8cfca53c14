"""Refusals of the command line: each message says what happened, why, and what to do."""
from __future__ import annotations

from entrypoints.backup import BackupError
from entrypoints.console_build import ConsoleBuildError
from entrypoints.packages import MissingPackagesError
from entrypoints.preflight import PreflightError
from entrypoints.state_file import AlreadyRunningError
from entrypoints.supervisor import StartError

REFUSALS = (AlreadyRunningError, BackupError, ConsoleBuildError, MissingPackagesError, PreflightError, StartError)
