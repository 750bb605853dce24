"""`python -m aggregator.cli`: the `newsdesk` command where it is not installed as one."""

from aggregator.cli import main

main()
