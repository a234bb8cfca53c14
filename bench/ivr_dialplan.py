"""Two twins of the shipped `[inbound]`: one with our AGI script, one with the same menu in pure dialplan. All else is equal."""
from __future__ import annotations

import re

OURS, PLAIN = "97001", "97002"
"""Numbers that lead to the twins."""

# What flows/menu.yaml says to a caller who presses 1: greeting, notice, menu (a key stops them), connecting.
_MENU = """\
 same => n(menu),Background(${PROMPTS}/welcome)
 same => n,Background(${PROMPTS}/recording-notice)
 same => n,Background(${PROMPTS}/menu/main)
 same => n,WaitExten(8)
 same => n,Goto(menu)
 same => n(after),NoOp()
"""
_KEYS = """\
exten => 1,1,Playback(${PROMPTS}/menu/connecting)
 same => n,Set(IVR_DONE=waiting)
 same => n,Goto(s,after)
exten => i,1,Goto(s,menu)
"""
# Who comes here was not served: the caller's own deadline counts it as failed.
_FAILED = """
[bench-failed]
exten => s,1,Wait(120)
 same => n,Hangup()
"""


def with_twins(extensions: str) -> str:
    """The text of a rendered extensions.conf with the twins added. Raises ValueError when `[inbound]` has changed its form."""
    inbound = _section(extensions, "inbound")
    agi = re.compile(r" same => n,AGI\([^\n]*\)\n")
    if len(agi.findall(inbound)) != 1 or "Goto(waiting,s,1)" not in inbound:
        raise ValueError("[inbound] has changed: bench/ivr_dialplan.py no longer finds its AGI or its end")
    measured = inbound.replace("Goto(waiting,s,1)", "Hangup()")
    measured = re.sub(r"\bfallback,s,1\b", "bench-failed,s,1", measured)
    plain = agi.sub(lambda _: _MENU, measured) + _KEYS
    entries = "".join(
        f"exten => {number},1,Set(__JIESU_LINE={number})\n same => n,Goto({context},s,1)\n"
        for number, context in ((OURS, "bench-ours"), (PLAIN, "bench-plain"))
    )
    twins = f"\n[from-trunk](+)\n{entries}\n[bench-ours]\n{measured}\n[bench-plain]\n{plain}"
    return extensions + twins + _FAILED


def _section(text: str, name: str) -> str:
    found = re.search(rf"^\[{name}\]\n(.*?)(?=^\[)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        raise ValueError(f"no [{name}] in the dialplan")
    return found[1]
