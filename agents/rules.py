"""Pause reasons, and how long a seat lasts without a sign of life."""
from __future__ import annotations

from datetime import timedelta

# What an agent may choose; the console's locales hold their names.
CHOSEN_REASONS = ("break", "meal", "restroom", "meeting", "training", "paperwork", "other")
# What the system says when it pauses somebody.
SIGNED_ON, NO_ANSWER, DECLINED, UNREACHABLE = "signed_on", "no_answer", "declined", "unreachable"

# A browser slows a hidden tab's timers to one a minute: the tab renews every 60 s, and two may fail.
CREDENTIALS_LIFE = timedelta(seconds=200)
CREDENTIALS_PENDING_SECONDS = 10.0
"""How long the instruction to Asterisk is worth carrying out."""
