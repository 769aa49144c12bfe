"""The shape of what the reader gives for each token and each text: which column means what. Follows the registry of kinds."""

from __future__ import annotations

from dataclasses import dataclass

from crawler.judge.registry import KINDS

TOPICS = (
    "model_adoption", "deepseek", "funding", "mergers", "hospital_ai", "imaging", "drug_discovery", "regulation", "approvals", "insurance",
    "consumer_health", "robotics", "research", "market", "results", "ethics", "tcm", "elder_care",
)  # fmt: skip
LINK_SIZE = 32  # length of the two vectors whose product says that two mentions belong to one event


@dataclass(frozen=True)
class Link:
    """A role that is linked to the anchor of its kind: column numbers of both marks and of the link."""

    kind: str
    role: str
    column: int
    anchor: int
    mark: int


# A mark is a role of a kind that tokens are tagged with: (kind, role) → column. Each has two channels: begins here, is inside.
MARKS: tuple[tuple[str, str], ...] = tuple((kind.name, role.name) for kind in KINDS for role in kind.roles if role.tagged)
MARK: dict[tuple[str, str], int] = {mark: column for column, mark in enumerate(MARKS)}

LINKS: tuple[Link, ...] = tuple(
    Link(kind.name, role.name, column, MARK[kind.name, kind.anchor], MARK[kind.name, role.name])
    for column, (kind, role) in enumerate((kind, role) for kind in KINDS for role in kind.linked)
)
LINK: dict[tuple[str, str], Link] = {(link.kind, link.role): link for link in LINKS}

# What is told at the first token of a mention: one column a value of a choice, and yes-or-no columns.
FLAGS = ("background", "health", "lead", "alone")  # told long ago · of health · leads the round · without an anchor
CHOICES: tuple[tuple[str, str, str], ...] = tuple(
    (kind.name, choice, value) for kind in KINDS for choice, values in kind.choices.items() for value in values
)
CHOICE: dict[tuple[str, str, str], int] = {choice: len(FLAGS) + column for column, choice in enumerate(CHOICES)}
FLAG: dict[str, int] = {name: column for column, name in enumerate(FLAGS)}
TOLD = len(FLAGS) + len(CHOICES)

TEXT = ("relevant", *TOPICS)  # what is told of a whole text
