"""Which earlier tickets a new one resembles, and why (BT6; repeat requests merge)."""
