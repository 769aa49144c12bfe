"""The kinds of fact: what each is called, which roles it has, how the reader finds it and where it is kept and told.

One entry a kind. The reader's outputs, its training, the printed events, the tables and views of the store, the digest and the
documents follow from here; docs/facts.md says what each kind means. Adding a kind: CONTRIBUTING.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

# What a role's value is: an organisation, several, a sum of money, an AI model, or words of the text.
RoleType = Literal["party", "parties", "investors", "amount", "model", "text"]


@dataclass(frozen=True)
class Role:
    """A role of a kind. `mark` names what the reader tags in the text; roles without one are derived (valuation, number)."""

    name: str
    type: RoleType
    tagged: bool = True


@dataclass(frozen=True)
class Kind:
    """A kind of fact.

    `anchor` is the role around which an event is built; a mention of role `alone` makes one too where no anchor is told (a policy without
    its title). `choices` are closed sets of values, told by the
    reader at the anchor. `any_industry` kinds are stated of every industry, the others of health only.
    """

    name: str
    anchor: str
    roles: tuple[Role, ...]
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    any_industry: bool = False
    alone: str | None = None

    @cached_property
    def linked(self) -> tuple[Role, ...]:
        """The tagged roles that are linked to the anchor; of a kind whose parties are equals, the parties to each other."""
        return tuple(role for role in self.roles if role.tagged and (role.name != self.anchor or role.type == "parties"))


def _deal(name: str, choices: Mapping[str, tuple[str, ...]], *extra: Role) -> Kind:
    roles = (Role("company", "party"), Role("amount", "amount"), *extra, Role("valuation", "amount", tagged=False))
    return Kind(name, "company", roles, choices, any_industry=True)


_ROUND = Role("round", "text")
_INVESTORS = Role("investors", "investors")

KINDS: tuple[Kind, ...] = (
    _deal(
        "funding",
        {"stage": ("done", "talks", "terminated"), "kind": ("venture", "strategic", "fund", "grant", "debt")},
        _ROUND,
        _INVESTORS,
    ),
    _deal("ipo", {"stage": ("talks", "filed", "listed", "terminated", "done")}, Role("venue", "text")),
    _deal("acquisition", {"stage": ("done", "talks", "terminated")}, _INVESTORS),
    Kind(
        "adoption",
        "adopter",
        (Role("adopter", "party"), Role("model", "model"), Role("product", "text"), Role("department", "text")),
        {"stage": ("planned", "announced", "pilot", "live", "expanded"), "hosting": ("local", "hosted")},
    ),
    Kind(
        "approval",
        "product",
        (Role("product", "text"), Role("holder", "party"), Role("authority", "text"), Role("class", "text"), Role("number", "text", tagged=False)),
        {"decision": ("approved", "cleared", "accepted", "designated", "rejected", "withdrawn")},
        alone="holder",
    ),
    Kind("partnership", "parties", (Role("parties", "parties"), Role("subject", "text"), Role("amount", "amount"))),
    Kind(
        "policy",
        "title",
        (Role("title", "text"), Role("issuer", "party"), Role("number", "text"), Role("effect_on", "text", tagged=False)),
        alone="issuer",
    ),
    Kind("launch", "product", (Role("product", "text"), Role("organisation", "party"), Role("model", "model"))),
    Kind("results", "measure", (Role("measure", "text"), Role("organisation", "party"), Role("amount", "amount"), Role("period", "text"))),
    Kind("figure", "value", (Role("value", "text"), Role("subject", "text"), Role("year", "text"), Role("source", "text"))),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
