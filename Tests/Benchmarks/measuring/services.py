"""The dice services."""


def compare(rounds, seconds):
    raise SystemExit("not measured yet")
