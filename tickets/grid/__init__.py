"""The grid (HK7–HK9): areas with a leader, workers and specialist squads; what they find, answer and verify on the spot."""
