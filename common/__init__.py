"""Settings, database, clock, errors, bus and jobs: what every room stands on."""
