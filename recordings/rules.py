"""When a recording is good, and what is wrong with it otherwise. Pure."""
from __future__ import annotations

import re
from collections.abc import Mapping

KINDS = ("talk", "message")
STATES = ("recording", "sealed", "repaired", "short", "missing", "failed")
LEGS = ("mix", "caller", "agent")

# Recorded and talked may differ by the larger of the two: MixMonitor starts and stops a moment beside the bridge.
TOLERANCE_SECONDS = 2.0
TOLERANCE_SHARE = 0.05

CALL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,79}")

# Who may hear a recording beside the operator who took the call (issue 2 part 7).
LISTENERS = frozenset({"supervisor", "admin", "auditor"})


def valid_call_id(raw: str) -> bool:
    """As the dialplan FILTERs it: it becomes a file name, so no slash and no two dots in a row."""
    return CALL_ID.fullmatch(raw) is not None and ".." not in raw


def too_short(recorded: float, talked: float) -> bool:
    """Whether more than 2 s and 5 % of the talk are absent from the recording."""
    return talked - recorded > max(TOLERANCE_SECONDS, TOLERANCE_SHARE * talked)


def may_listen(roles: frozenset[str], *, took_the_call: bool) -> bool:
    return took_the_call or bool(LISTENERS & roles)


def verdict(
    kind: str, seconds: Mapping[str, float], *, repaired: bool, talked: float | None, disk_full: bool
) -> tuple[str, str | None]:
    """(state, problem) of a recording. `seconds` holds the legs that exist.

    problem: `no_file`, `leg_missing:<leg>`, `short:<recorded>/<talked>` with `;disk_full` when the disk is below its
    reserve (Asterisk then truncates silently, telephony.md); `leg_short:<leg>:<seconds>/<mix>` when only a leg lacks
    a piece, which the mix still holds; or None.
    """
    expected = LEGS if kind == "talk" else ("mix",)
    if not seconds:
        return "missing", "no_file"
    absent = [leg for leg in expected if leg not in seconds]
    if absent:
        return "missing", f"leg_missing:{absent[0]}" + (";disk_full" if disk_full else "")
    mix = seconds["mix"]
    if talked is not None and too_short(mix, talked):
        return "short", f"short:{mix:.1f}/{talked:.1f}" + (";disk_full" if disk_full else "")
    thin = [leg for leg in expected if too_short(seconds[leg], mix)]
    problem = f"leg_short:{thin[0]}:{seconds[thin[0]]:.1f}/{mix:.1f}" if thin else None
    return ("repaired" if repaired else "sealed"), problem
