"""The citizen's page (BT8): server-made HTML, no script, no account."""
