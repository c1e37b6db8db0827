"""`python -m bench [--rows N]`."""

from bench.measure import main

main()
