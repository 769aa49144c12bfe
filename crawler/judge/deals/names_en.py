"""Cutting names out of English slots: the subject before a verb, the object after one, the investors of a list.

A name is a run of capitalised words; lower-case words before it say what it is (`vaccine developer MaxHealth Biotechnology LLC`).
"""

from __future__ import annotations

import re

from .deal import Name, View

_WORD = r"(?:[A-Z0-9][\w.'’&+\-]*[\w+]|[A-Z0-9]|[a-z]{1,3}[A-Z][\w\-]*)"
_LEGAL = (
    r"(?:,? ?(?:Co\.?,? ?\(?Ltd\.?\)?|Company Limited|Inc\.?|Ltd\.?|LLC|Corp\.?|Corporation|Limited|PLC"
    r"|plc|AG|S\.A\.|SA|GmbH|N\.V\.|LP|L\.P\.|Pte\.? Ltd\.?))"
)
_RUN = re.compile(
    rf"{_WORD}(?:{_LEGAL}(?![a-z])|(?: (?:of|and|for|the|&) (?=[A-Z])| &(?= )|-| )?{_WORD}| \([A-Z][\w .\-]*\)(?={_LEGAL}| [A-Z]))*"
)
_LEGAL_END = re.compile(rf"(?:[\w\-]+,? ){{0,4}}(?P<last>[\w\-]+)(?:{_LEGAL})+$")
_LEADING = re.compile(
    r"^(?:(?:The|A|An|Its|Their|This|That|In|On|For|With|And|But|Both|Other|Some|Meanwhile|However|Also"
    r"|Yesterday|Today|Earlier|Last|According|After|Before|By|As|At|From|Recently|Exclusive|Breaking"
    r"|Update|News|Report|Digest"
    r"|Chinese|US|U\.S\.|American|European|British|German|French|Swiss|Israeli|Japanese|Korean|Indian"
    r"|Singaporean|Taiwanese|Canadian|Global|Local|Domestic|Online|Private|Leading"
    r"|AI|Biotech|Medtech|Healthtech|Startup|Start-up|Unicorn|Tech|Digital|Medical|Drug|State-owned"
    r"|Founded|Established|Series|Week In Review|China Digest)(?: |: |, )"
    r"|[\w.]+(?: [\w.]+)?[-–](?:based|backed|listed|headquartered|driven|powered|focused|funded|led"
    r"|enabled|owned) (?:in )?|[A-Z][\w.]+(?:’s|'s|’|') )+(?=[A-Za-z0-9])"
)
_ROLE = re.compile(
    r"^.*\b(?:[Ff]irm|[Cc]ompany|[Ss]tartup|[Ss]tart-up|[Dd]eveloper|[Mm]aker|[Pp]rovider|[Pp]latform"
    r"|[Uu]nicorn|[Dd]rugmaker|[Ss]pecialist|[Gg]roup's|[Ii]nsurer|[Gg]iant|[Oo]perator|[Ss]pinoff"
    r"|[Ss]pin-out|[Bb]iotech|[Dd]isruptor) (?=[A-Z0-9])(?!Co|Ltd|Inc|Limited)"
)
_AUX = re.compile(
    r"(?:[\s,]|\b(?:has|have|had|is|was|are|were|will|would|also|just|now|recently|reportedly|successfully"
    r"|today|yesterday|already|since|to|be|been|being|it|they|that|which|who|and|then|itself|subsequently"
    r"|earlier|last|this|week|month|year"
    r"|denied|denies|deny|started|begun|starts|said|says|announced|announces|announcing|revealed|reveals|confirmed|confirms"
    r"|reported|reports|disclosed|discloses|declared|noted|on|monday|tuesday|wednesday|thursday|friday"
    r"|saturday|sunday|the company|the startup|the firm|officially|formally|initially|previously|aims|aim"
    r"|plans|plan|planning|seeks|seek|seeking|looks|looking|expects|expected|hopes|intends|wants|set|about"
    r"|poised|close|nearing|considering|mulls|mulling|in talks|trying|raising|preparing|ready|due|agreed"
    r"|agrees|completed|yet|not|never|n't|jointly|further|again|so far|reported to|understood|believed"
    r"|rumou?red|said to|scheduled|filed|applied|applying|filing))+$",
    re.I,
)
_ANAPHOR = re.compile(
    r"\b(?:the (?:\w+ ){0,2}(?:company|firm|startup|start-up|biotech|group|business|developer|maker"
    r"|provider|unicorn|platform|drugmaker)|it|they|its|which|who)$",
    re.I,
)
_STOP = re.compile(
    r"[;•|…:]|(?<!Co)(?<!Ltd)(?<!Inc)(?<!Corp)(?<!U.S)(?<!Dr)\. (?=[A-Z])|\n|, while |, and (?=[A-Z])|\bwhile |\bas (?=[A-Z])|– | - |— "
)
_GENERIC = re.compile(
    r"^(?:the|it|its|they|this|that|which|series|round|funding|ipo|chinese|china|hong kong|beijing"
    r"|shanghai|shenzhen|hangzhou|suzhou|us|usd|rmb|hkd|ai|january|february|march|april|may|june|july"
    r"|august|september|october|november|december"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|.*\b(?:startups|companies|firms|investors|drugmakers"
    r"|biotechs|bioventures|deals|analysts|makers|markets?|stocks?|shares|exchange|nasdaq|hkex|nyse|q[1-4]"
    r"|ceo|cfo|founders?)"
    r"|(?:\w+ )?(?:new|asia|europe|asian|six|five|four|three|two|one|several|many|most|all)|global"
    r"|\d[\d.,]*(?: (?:million|billion|bn|m|k))?|one|[a-z]|week in review|exclusive|update)$",
    re.I,
)


_OF_PLACE = re.compile(r"(?:(?<=harma)|(?<=edical)|(?<=utics)|(?<=ences)|(?<=omics)|(?<=ealth)|(?<=icals)) of [A-Z]\w+$")


def usable(text: str) -> bool:
    """Whether a trimmed slot can be the name of an organisation."""
    return 2 <= len(text) <= 90 and not _GENERIC.match(text) and any(c.isupper() or c.isdigit() for c in text)


def subject_before(view: View, start: int, verb: int) -> Name | None:
    """The organisation that does what the verb at offset `verb` says, within the sentence that begins at `start`."""
    first = start
    for match in _STOP.finditer(view.full, start, verb):
        first = match.end()
    left = view.full[first:verb]
    bare = _AUX.sub("", left)
    bare = re.sub(r"\s*\([^()]*\)\s*,?$", "", bare)
    bare = _AUX.sub("", bare)
    if not bare.strip() or _ANAPHOR.search(bare):
        return view.last or view.topic()
    if left[len(bare) :].lstrip().startswith(",") or re.search(r",\s*$", bare):
        apposed = _before_apposition(view, first, first + len(bare))
        if apposed is not None:
            return apposed
    return _trailing(view, first, first + len(bare)) or _leading(view, first, verb)


def _leading(view: View, start: int, end: int) -> Name | None:
    """`Sirnaomics Ltd. became the first company to list`: the name that opens the clause."""
    opening = re.compile(
        rf"\s*(?P<name>{_RUN.pattern})(?: \([^()]*\))? (?:became|becomes|is|was|has|had|will|said|says|plans|aims|said)\b"
    ).match(view.full, start, end)
    return cut_name(view, *opening.span("name")) if opening else None


def _before_apposition(view: View, start: int, end: int) -> Name | None:
    """`Westgene Biopharma, an mRNA drug developer based in Chengdu,`: the name before the comma."""
    for comma in re.compile(r"(?:\s*\([^()]*\))?,\s+(?:a |an |the |one |which|who|whose|[a-z]|[A-Z][a-z]+[’']s )").finditer(
        view.full, start, end
    ):
        name = _trailing(view, start, comma.start())
        if name is not None:
            return name
    return None


def _trailing(view: View, start: int, end: int) -> Name | None:
    """The name that ends the slot."""
    text = view.full[start:end].rstrip(" ,")
    text = re.sub(r"\s*\([^()]*\)$", "", text) if not re.search(r"\([A-Z][a-z]+\)$", text) else text
    legal = _LEGAL_END.search(text)
    if legal and legal["last"].islower():
        # A name written in lower case by a translator shows itself only by its legal form.
        begin = legal.start() + len(legal[0]) - len(re.sub(r"^(?:(?:recently|the|a|an|and|in|on|by),? )+", "", legal[0]))
        return Name(text[begin:], start + begin, start + len(text))
    runs = list(_RUN.finditer(text))
    last = runs[-1] if runs else None
    if last is None or last.end() < len(text) - 1:
        return None
    return cut_name(view, start + last.start(), start + last.end())


def cut_name(view: View, start: int, end: int) -> Name | None:
    """The name within a run of capitalised words: places, nationalities and roles before it are cut off."""
    text = view.full[start:end]
    for pattern in (_ROLE, _LEADING):
        match = pattern.match(text)
        if match and match.end() < len(text):
            start, text = start + match.end(), text[match.end() :]
    text = _OF_PLACE.sub("", re.sub(r"(?:’s|'s|’)$", "", text)).rstrip(" ,-")
    return Name(text, start, start + len(text)) if usable(text) else None


def first_name(view: View, start: int, end: int) -> Name | None:
    """The first name in an object slot: `by Chinese mRNA vaccine firm Abogen Inc` gives Abogen Inc."""
    stop = re.compile(r"[,;.](?! ?(?:Inc|Ltd|LLC|Co\b))(?:\s|$)| (?:has|have|is|was|to|in|which|that|as|with|from|at) ").search(
        view.full, start, end
    )
    end = stop.start() if stop else end
    role = re.compile(
        r".*\b(?:firm|company|startup|start-up|developer|maker|provider|platform|unicorn|drugmaker|specialist"
        r"|insurer|group|operator) (?=[A-Z0-9])"
    ).match(view.full, start, end)
    for match in _RUN.finditer(view.full, role.end() if role else start, end):
        name = cut_name(view, match.start(), match.end())
        if name is not None and not re.fullmatch(r"(?:Chinese|American|Hong Kong|\w+[-–](?:based|listed|backed))", name.text):
            return name
    return None


_SECTOR = (
    r"(?:Medical|Innovation|Science|Technology|Industry|Industrial|Health|Healthcare|Culture|Research"
    r"|Biotech|Education|Finance|Information|Emerging|Energy|Trade|Development|Investment|Small|Pension"
    r"|Insurance|Life|Design|Growth|Advanced|Medicine|Pharmaceutical)"
)
_SPLIT = re.compile(
    r"[,;](?! ?(?:Inc|Ltd|LLC|Co\b|Limited))(?: and| as well as| alongside| along with)?| (?:and"
    r"|as well as|alongside|along with|plus|together with) | & (?=the )"
)
_GLUE = re.compile(rf"\b{_SECTOR}$")
_GLUED = re.compile(rf"^{_SECTOR}\b(?! (?:Capital|Ventures|Partners)$)")


def names_in_list(view: View, start: int, end: int) -> list[Name]:
    """Investors of a list slot: `existing investors A, and B, alongside new investors C` gives three names."""
    out: list[Name] = []
    first = start
    cuts: list[tuple[int, int]] = []
    for match in _SPLIT.finditer(view.full, start, end):
        left, right = view.full[first : match.start()], view.full[match.end() : end]
        if "and" in match[0] and "," not in match[0] and _GLUE.search(left) and _GLUED.match(right.removeprefix("the ")):
            continue
        cuts.append((first, match.start()))
        first = match.end()
    for a, b in [*cuts, (first, end)]:
        name = _item(view, a, b)
        if name is not None and all(other.text != name.text for other in out):
            out.append(name)
    return out


def _item(view: View, start: int, end: int) -> Name | None:
    """One investor: the first run of capitalised words that can be a name; a clause of its own (`which had backed …`) is none."""
    text = view.full[start:end]
    if re.match(
        r"\s*(?:which|who|whose|under|according|both|per|a unit|a subsidiary|part of|the (?:startup|company)"
        r"|to |in |on |at |while|has|had)\b",
        text,
    ):
        return None
    for match in _RUN.finditer(view.full, start, end):
        if re.match(r"\w+[-–](?:listed|backed|based|focused|led|linked|owned)", match[0]) and " " not in match[0]:
            continue
        name = cut_name(view, match.start(), match.end())
        if name is not None:
            return name
    return None
