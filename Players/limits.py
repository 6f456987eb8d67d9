"""What players are known not to do with good files, and what to choose instead.

A failure that is not here is news: the script names it and ends with status 1.
"""

from dataclasses import dataclass
from typing import Callable


@dataclass(frozen=True)
class Limit:
    players: tuple
    checks: tuple
    """Which checks fail."""
    kinds: Callable
    """Whether it is about a kind."""
    why: str
    instead: str

    def explains(self, player, kind, failure):
        return player in self.players and failure.check in self.checks and self.kinds(kind)


LIMITS = []


def limit_of(player, kind, failure):
    return next((one for one in LIMITS if one.explains(player, kind, failure)), None)
