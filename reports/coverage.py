"""How much of a period's news an issue could know of, and whether that is enough. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# From the most to the least official.
_TIERS = ("official", "primary", "trade", "media", "aggregator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """The sources of one tier: how many there are, how many answered since the period ended."""

    name: str
    enabled: int
    read: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What was looked at when an issue was built. `least` is the share, from 0 to 1, that was asked for."""

    tiers: tuple[Tier, ...]
    pages_read: int
    pages_waiting: int
    least: float

    @property
    def enabled(self) -> int:
        """All sources that are polled."""
        return sum(tier.enabled for tier in self.tiers)

    @property
    def read(self) -> int:
        """Those of them that answered since the period ended."""
        return sum(tier.read for tier in self.tiers)

    @property
    def share(self) -> float:
        """The share of the sources, from 0 to 1; 0 without any source."""
        return self.read / self.enabled if self.enabled else 0.0

    @property
    def is_full(self) -> bool:
        """Whether all was looked at, so that silence means that nothing happened."""
        return self.enabled > 0 and self.read == self.enabled and not self.pages_waiting

    @property
    def is_enough(self) -> bool:
        """Whether as much was looked at as was asked for: of the sources, and of the pages of the period."""
        pages = self.pages_read + self.pages_waiting
        return self.read > 0 and self.share >= self.least and self.pages_read >= self.least * pages

    @property
    def is_nothing(self) -> bool:
        """Whether no source at all was read."""
        return self.read == 0


def coverage(enabled: dict[str, int], read: dict[str, int], *, pages_read: int, pages_waiting: int, least: float) -> Coverage:
    """The coverage by counts a tier, the most official tier first."""
    names = sorted(enabled, key=lambda name: (_TIERS.index(name) if name in _TIERS else len(_TIERS), name))
    tiers = tuple(Tier(name=name, enabled=enabled[name], read=read.get(name, 0)) for name in names)
    return Coverage(tiers=tiers, pages_read=pages_read, pages_waiting=pages_waiting, least=least)
