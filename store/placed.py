"""Where organisations outside the catalogue are, by their names as written, so that SQL can ask for it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, delete, select

from .models import Mention, PlacedName
from .places import city_of, province_of

_CHUNK = 500


def place_names(session: Session, names: Iterable[str]) -> None:
    """Keep where organisations of these names are; names that tell no place are left out."""
    wanted = sorted(set(names))
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        known = set(session.exec(select(PlacedName.name).where(col(PlacedName.name).in_(chunk))))
        found = ((name, province_of(name)) for name in chunk if name not in known)
        session.add_all(PlacedName(name=name, province=province, city=city_of(name)) for name, province in found if province)
        session.flush()


def place_all_names(session: Session) -> None:
    """Look at all names outside the catalogue anew: the list of places may know more of them by now."""
    session.exec(delete(PlacedName))
    outside = select(Mention.as_written).where(Mention.target == "organisation", col(Mention.target_id).is_(None))
    place_names(session, session.exec(outside.distinct()))
