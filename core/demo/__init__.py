"""The synthetic nation: filings of invented people with known faults, to try the desk and to test it.

Nothing in it is a real person's: names are drawn at random, and every citizen number has a region code that
was never assigned. Must not know the database: files are written here and loaded through `core.intake`.
"""
