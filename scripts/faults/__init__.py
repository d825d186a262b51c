"""An installation that is killed again and again: it, the people who work on it meanwhile, and what is compared."""
