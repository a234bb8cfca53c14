"""Social services (DL3): vendors, their orders, verified complaints and cards, ranking by the citizens' verdicts."""
