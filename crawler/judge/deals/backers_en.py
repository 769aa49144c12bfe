"""Who put the money in, from English sentences: led by A and B, with participation from C; D also took part."""

from __future__ import annotations

import re

from .deal import Backer, View
from .names_en import names_in_list

TRIGGER = re.compile(
    r"\bled\b|\bleads?\b|\bleading\b|participat|\bjoin|investors?\b|backed|backers|took part|roped in"
    r"|poured|co-led|alongside|contribut|support(?:ed)? (?:by|from)|from existing"
)
_END = (
    r"(?=(?: and (?:backed|joined|followed|supported) by |\. |\.$|;|\n|$| to (?:[a-z]+) |"
    r" and (?:totall?ed|brought|brings|will|was|is|saw|included"
    r"|valued) | for (?:its|the|a)\b| with (?:the )?(?:participation|support"
    r"|backing|other|additional|existing|follow)| (?:participat\w+|join(?:ed|ing)|also|took part|followed"
    r"|alongside existing)\b|, (?:with|the (?:company|startup|firm|round)|according|which|who|as |while"
    r"|bringing|per |a |an |both|at a|valuing|to |it |in (?:a|what)|followed|joined|participated"
    r"|and (?:joined|included|saw|was|will|has|had|is|with))|, \w+ing |\s[–—-]\s))"
)
_BY = re.compile(
    r"\b(?P<verb>(?:co-|jointly |solely |exclusively )?led(?: solely| jointly| exclusively)?|backed|funded|joined|financed|supported"
    rf"|anchored|invested) by (?:both )?(?P<list>.{{2,260}}?){_END}",
    re.I,
)
_FROM = re.compile(
    r"\b(?:participation (?:from|by|of)|(?:investors?|backers?|participants?|names)(?: in the round"
    r"| in this round)?(?: such as|,? including| include[sd]?|:| were| are)(?: also)?|roped in"
    r"|support from|backing from|contributions? from|drew in|attracted|alongside|joined by|followed by"
    r"|investments? from|investment by|money from|capital from|(?:funding|financing|round|million|billion"
    rf"|seed|[A-H]\+?) from) (?P<list>.{{2,260}}?){_END}",
    re.I,
)
_DOES = re.compile(
    r"(?:^|[.;\n] ?|, while |, with |\bwhile )(?P<list>[^.;\n]{2,240}?)(?:,)? (?:(?:have |has "
    r"|had )?(?:all |both |also |jointly |co-|solely |together )*(?P<verb>led|leads|leading|lead|co-led"
    r"|co-leading|participated|participating|participate|joined|joining|took part|taking part|invested"
    r"|contributed|poured capital|followed on|follow(?:ed)?|came in|chipped in|backed))\b(?! by)"
)
_AS_LEADS = re.compile(r"\bwith (?P<list>[^.;]{2,160}?) (?:as (?:the )?(?:co-)?lead(?:ing)? investors?|as (?:co-)?leads|leading the)")
_OTHER_CLAUSE = re.compile(r"\b(?:while|led by|whereas|in which)\b")


def find_backers(view: View, start: int, end: int) -> list[Backer]:
    """Investors named between two offsets, each once."""
    found: list[Backer] = []
    text = view.full[start:end]
    for match in _BY.finditer(text):
        _add(view, found, _at(start, match), lead="led" in match["verb"].lower())
    for match in _AS_LEADS.finditer(text):
        _add(view, found, _at(start, match), lead=True)
    for match in _FROM.finditer(text):
        _add(view, found, _at(start, match), lead=False)
    for match in _DOES.finditer(text):
        lead = "lead" in match["verb"] or match["verb"] in ("led", "co-led")
        if lead and not re.match(r"\s*(?:$|[.;|])|(?: and \w+)? (?:the|this|its|that|a|an|in|[A-Z$])", text[match.end() :]):
            continue
        if not lead and not re.match(r"\s*(?:in\b|the\b|this\b|as\b|\.|,|$|also|into|too|that|it|alongside)", text[match.end() :]):
            continue
        _add(view, found, _at(start, match), lead=lead)
    return found


def _at(start: int, match: re.Match[str]) -> tuple[int, int]:
    """Where the list stands in the whole text; what comes before its last `while` or `by` belongs to another clause."""
    before = max((m.end() for m in _OTHER_CLAUSE.finditer(match["list"])), default=0)
    return start + match.start("list") + before, start + match.end("list")


def _add(view: View, found: list[Backer], span: tuple[int, int], *, lead: bool) -> None:
    text = view.full[span[0] : span[1]]
    if re.search(r"\b(?:raised|secured|announced|completed|closed|million|billion|round)\b", text):
        return
    for name in names_in_list(view, *span):
        known = next((b for b in found if b.name.text == name.text), None)
        if known is None:
            found.append(Backer(name, lead))
        else:
            known.lead = known.lead or lead
