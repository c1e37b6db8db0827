"""Speed measured against the raw limit in the same run; figures go to README, never into a test."""
