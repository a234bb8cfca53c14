"""Organisation tree, people, roles, sessions and the audit trail."""
