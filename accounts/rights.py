"""Who may do what: the roles, the rights, and which role holds which. Endpoints ask for a right, never for a role.

A right reaches as far as the post's unit (`accounts.reach`): a county's administrator changes that county, no other (HL3).
To offer a right: a line in RIGHTS, its holders in HOLDERS, `require(me, "it")` in the endpoint, a row in
`tests/services/web_floor/roles.yaml`, and `./jiesu docs`.
"""
from __future__ import annotations

from collections.abc import Iterable, Mapping

ROLES: Mapping[str, str] = {
    "operator": "answers calls, writes and files tickets",
    "dispatcher": "sends tickets to units, judges what units send back",
    "signer": "signs for what arrives at a unit (HL5) and names who handles it",
    "handler": "handles tickets of a unit",
    "unit_leader": "answers for a unit: its people on duty, its requests",
    "reviewer": "reviews what was done before the citizen is asked",
    "supervisor": "supervises: reminders, slips, talks (HL7)",
    "leader": "a leader of the city or county: reads and annotates within the scope (DX13)",
    "inspector": "discipline inspection on site: reads, takes evidence (HK11)",
    "auditor": "reads the audit trail and who listened to what; changes nothing",
    "higher": "a higher level of government, reads only (DX17)",
    "grid_worker": "serves grids and squads on the spot, with a phone (HK7)",
    "admin": "the organisation, people, settings",
    "vendor": "works for a vendor: that company's own orders and complaints, nothing else (DL6)",
}

RIGHTS: Mapping[str, str] = {
    "units.see": "see the organisation: units, their telephones and duty points",
    "units.change": "create, rename, move, merge and close units",
    "duty.change": "say who is on duty when, and where the duty point is (HL10, HK12)",
    "people.see": "see who holds which post, now and before",
    "people.change": "create people, give and take posts, new passwords, who left",
    "import": "import units, people, posts and duty from Excel, and undo an import",
    "clocks.change": "change the working calendar, working hours and the rules of the clocks",
    "audit.see": "read and search the audit trail",
    "grid.see": "see the grids on the map, their load, roster and squads (HK7, HK9)",
    "grid.change": "draw and staff grids, form squads and joint groups, send and verify tasks (HK7-HK9)",
    "lists.change": "change the taxonomy and the gazetteer, by hand or from Excel, and undo an import",
    "services.import": "import the catalogue of service items",
    "knowledge.write": "write and read the knowledge base, cite it in an answer",
    "knowledge.publish": "publish what somebody else wrote, withdraw what is out of date",
    "files.see": "see and fetch the files of tickets one sees",
    "files.add": "add files to tickets one sees",
    "files.remove": "mark somebody else's file as removed, with a reason",
    "files.log": "see who fetched a file",
}

_DESK = frozenset({"operator", "dispatcher", "supervisor", "admin"})
_UNIT = frozenset({"signer", "handler", "unit_leader"})
HOLDERS: Mapping[str, frozenset[str]] = {
    "units.see": frozenset(ROLES) - {"vendor"},
    "units.change": frozenset({"admin"}),
    "duty.change": frozenset({"admin", "unit_leader", "signer"}),
    "people.see": frozenset({"admin", "auditor", "dispatcher", "inspector", "signer", "supervisor", "unit_leader"}),
    "people.change": frozenset({"admin"}),
    "import": frozenset({"admin"}),
    "clocks.change": frozenset({"admin"}),
    "audit.see": frozenset({"admin", "auditor"}),
    "grid.see": frozenset(ROLES) - {"operator", "grid_worker", "vendor"},
    "grid.change": frozenset({"admin", "dispatcher", "supervisor"}),
    "lists.change": frozenset({"admin"}),
    "services.import": frozenset({"admin", "supervisor"}),
    "knowledge.write": _DESK | {"reviewer", "handler", "unit_leader"},
    "knowledge.publish": frozenset({"admin", "dispatcher", "reviewer", "supervisor"}),
    "files.see": _DESK | _UNIT | {"reviewer", "leader", "inspector", "auditor"},
    "files.add": _DESK | _UNIT | {"reviewer"},
    "files.remove": frozenset({"admin", "dispatcher", "reviewer", "supervisor"}),
    "files.log": frozenset({"admin", "auditor", "inspector", "supervisor"}),
}


def may(roles: Iterable[str], right: str) -> bool:
    """KeyError for a right that is not in the table: a typing mistake must not become a closed (or open) door."""
    return not HOLDERS[right].isdisjoint(roles)
