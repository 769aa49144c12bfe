"""The canonical form of an address. It decides what is one item, so it folds only what never tells two articles apart."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import parse_qs, quote, urljoin, urlsplit, urlunsplit

from store.domains import registered_domain

# Parameters that say how a reader came, never what is shown. Names compared in lower case.
_TRACKING = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "twclid",
        "ttclid",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "_ga",
        "_gl",
        "_hsenc",
        "_hsmi",
        "__hssc",
        "__hstc",
        "__hsfp",
        "hsctatracking",
        "mkt_tok",
        "ncid",
        "cmpid",
        "ito",
        "smid",
        "xtor",
        "ocid",
        "oly_anon_id",
        "oly_enc_id",
        "vero_id",
        "wickedid",
        "rb_clickid",
        "s_cid",
        "wt_mc",
        "wt.mc_id",
        "wt_zmc",
        "zanpid",
        "ref_src",
        "ref_url",
        "guccounter",
        "guce_referrer",
        "guce_referrer_sig",
        "spm",
        "spm_id_from",
        "scm",
        "bxsign",
        "vd_source",
        "share_source",
        "share_medium",
        "share_plat",
        "share_session_id",
        "share_tag",
        "share_times",
        "share_token",
        "share_from",
        "share_id",
        "shareuid",
        "sharefrom",
        "share_uid",
        "shareid",
        "share_type",
        "share_app_id",
        "share_author_id",
        "unique_k",
        "isappinstalled",
        "nsukey",
        "wxfrom",
        "wxshare_count",
        "wxfid",
        "wfr",
        "hmsr",
        "hmpl",
        "hmcu",
        "hmkw",
        "hmci",
        "bd_vid",
        "bdchannel",
        "qz_gdt",
        "gdt_vid",
        "chksm",
        "exportkey",
        "pass_ticket",
        "wx_header",
        "poc_token",
        "uc_param_str",
        "uc_biz_str",
        "from_wecom",
        "weixinadkey",
        "clickid",
        "phpsessid",
        "jsessionid",
        "cfid",
        "cftoken",
        "amp_js_v",
        "amp_gsa",
        "usqp",
        "sms_ss",
        "awesm",
        "fb_action_ids",
        "fb_action_types",
        "fb_ref",
        "fb_source",
        "action_object_map",
        "action_type_map",
    ]
)
_TRACKING_PREFIX = (
    "utm_",
    "mtm_",
    "pk_",
    "piwik_",
    "matomo_",
    "hsa_",
    "at_custom",
    "at_medium",
    "at_campaign",
    "aspsessionid",
    "sc_campaign",
    "sc_channel",
)
# Names too common to be tracking elsewhere.
_TRACKING_AT = {
    "mp.weixin.qq.com": frozenset(
        ["scene", "srcid", "sessionid", "clicktime", "enterid", "ascene", "devicetype", "version", "lang", "fontscale", "from", "subscene"]
    )
}
# Parameters that are tracking with these values only; `from=2` may be a page.
_TRACKING_VALUE = {
    "from": re.compile(
        r"^(timeline|singlemessage|groupmessage|search|rss|feed|message|appmsg|weixin|wechat|weibo|qq|share|app|androidqq|iosqq)$", re.I
    ),
    "source": re.compile(r"^(rss|feed|weixin|wechat|weibo|twitter|facebook|linkedin|newsletter|email|share)$", re.I),
    "ref": re.compile(r"^(rss|feed|twitter|facebook|linkedin|home|homepage|share|newsletter|weibo|weixin)$", re.I),
    "amp": re.compile(r"^(1|true|)$", re.I),
    "outputtype": re.compile(r"^amp$", re.I),
    "view": re.compile(r"^amp$", re.I),
}
# Pages that only lead on to the address in a parameter: search engines' clicks, link checks, share buttons.
_PASSING_ON = (
    "/apiclick.aspx", "/link", "/url", "/safety/pf", "/sharer.php", "/sharer/sharer.php", "/share", "/share.php", "/intent/tweet",
)  # fmt: skip
_PASSERS_ON = ("www.bing.", "cn.bing.", "www.google.", "link.", "www.facebook.com", "facebook.com", "twitter.com", "service.weibo.com")
_MOBILE = frozenset({"m", "mobile", "wap", "3g", "touch", "amp"})
# Markup caught with an address; none of these characters may stand in one (RFC 3986, appendix C).
_GARBAGE = re.compile(r"[\"<>].*$|\]\]>.*$", re.S)
_BREAK = re.compile(r"[\t\n\r\u200b-\u200f\ufeff]+")
_BLANK = "".join(map(chr, range(0x21))) + "\u3000\u00a0"
_SPACE = re.compile(r"[\x00-\x20\x7f\u3000]")
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]*):", re.I)
_PERCENT = re.compile(r"%[0-9a-fA-F]{2}")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SESSION = re.compile(r";(?:jsessionid|phpsessid)=[^/?#;]*", re.I)
_AMP_PATH = re.compile(r"(?:/amp/?|\.amp)(?=$|\.html?$)", re.I)
_HOST = re.compile(r"^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?\.?$|^\[[0-9a-f:.]+\]$")


def _percent(match: re.Match[str]) -> str:
    value = int(match.group()[1:], 16)
    return chr(value) if value in _UNRESERVED else match.group().upper()


def _quoted(text: str, safe: str) -> str:
    """Percent-encoding in one form (RFC 3986, section 6.2.2): unreserved decoded, the rest upper case, other bytes as UTF-8."""
    return _PERCENT.sub(_percent, quote(text.encode("utf-8", "replace"), safe=safe + "%"))


def _unwrapped(url: str) -> str:
    """The publisher's address inside an AMP cache, a search engine's click, a link check or a share button."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host.endswith(".cdn.ampproject.org") or (host.startswith("www.google.") and parts.path.startswith("/amp/")):
        inner = re.match(r"^/(?:[a-z]/|amp/)?(s/)?([^/]+\.[^/]+/.*)$", parts.path)
        if inner:
            return f"http{'s' if inner.group(1) else ''}://{inner.group(2)}" + (f"?{parts.query}" if parts.query else "")
    if parts.path.endswith(_PASSING_ON) and host.startswith(_PASSERS_ON):
        query = parse_qs(parts.query)
        for key in ("url", "target", "q", "u"):
            if query.get(key, [""])[0].startswith(("http://", "https://")):
                return query[key][0]
    return url


def _host(host: str) -> str | None:
    host = host.rstrip(".").lower()
    try:
        ascii_host = host.encode("idna").decode("ascii") if not host.isascii() else host
    except UnicodeError:
        return None
    return ascii_host if _HOST.match(ascii_host) and ".." not in ascii_host else None


def _address(host: str) -> str | None:
    """An IPv6 address in its one short form (RFC 5952), in brackets; None when it is none."""
    try:
        return f"[{ip_address(host).compressed}]"
    except ValueError:
        return None


def _desktop(host: str) -> str:
    """The desktop twin of a mobile host: m.example.com → www.example.com, news.m.example.com → news.example.com."""
    labels = host.split(".")
    if labels[-1].isdigit() or _MOBILE.isdisjoint(labels[:-2]):
        return host
    registered = registered_domain(host)
    sub = host.removesuffix(registered).split(".")[:-1]
    if sub and sub[0] in _MOBILE:
        return ".".join([*(sub[1:] or ["www"]), registered])
    if len(sub) > 1 and sub[-1] in {"m", "wap"}:
        return ".".join([*sub[:-1], registered])
    return host


def _is_tracking(name: str, value: str, host: str) -> bool:
    name = name.lower()
    if name in _TRACKING or name in _TRACKING_AT.get(host, ()) or name.startswith(_TRACKING_PREFIX):
        return True
    pattern = _TRACKING_VALUE.get(name)
    return pattern is not None and pattern.match(value) is not None


def _query(query: str, host: str) -> str:
    kept = []
    # In a query "+" is a blank, too (WHATWG URL Standard, section 5.1).
    for part in query.replace("&amp;", "&").replace("+", "%20").split("&"):
        name, equals, value = part.partition("=")
        if part and not _is_tracking(name, value, host):
            kept.append((_quoted(name, "!$()*,;:@/?[]"), equals, _quoted(value, "!$()*,;:@/?[]=")))
    # Order of parameters means nothing, order of equal names may.
    kept.sort(key=lambda item: item[0])
    return "&".join("".join(item) for item in kept)


def _path(path: str) -> str:
    earlier: str | None = None
    # Until nothing changes: what is taken off may have hidden a dot segment or another such ending.
    while path != earlier:
        earlier, path = path, "/" + _AMP_PATH.sub("", _resolved(_SESSION.sub("", path).rstrip("&"))).lstrip("/")
    return _quoted(path, "!$&()*+,;=:@/")


def canonical_url(url: str, base: str | None = None) -> str | None:
    """The one address of an article, or None when `url` is no web address.

    `base` is the page's own address, against which a relative `url` is read. Off go fragments, tracking parameters, session ids,
    default ports, user names; dot segments are resolved; percent-encoding, host and parameter order take one form; mobile and AMP twins
    become the desktop address. The scheme, the trailing slash and every other parameter stay: they may tell two articles apart.
    """
    # Browsers drop tabs and line ends inside an address, and control characters and blanks around it (WHATWG URL Standard, 4.4).
    url = _SPACE.sub("%20", _GARBAGE.sub("", _BREAK.sub("", url).removeprefix("<![CDATA[")).strip(_BLANK))
    if not url or (url.startswith("#") and base is None):
        return None
    scheme = _SCHEME.match(url)
    if scheme and scheme.group(1).lower() not in {"http", "https"} and not re.match(r"^[\w.-]+:\d+(/|$)", url):
        return None
    try:
        joined = urljoin(base or "", url.replace("\\", "/"))
        parts = urlsplit(_unwrapped(joined))
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return None
    host = _address(parts.hostname) if ":" in parts.hostname else _host(parts.hostname)
    if host is None:
        return None
    netloc = _desktop(host) + ("" if port in {None, {"http": 80, "https": 443}[parts.scheme]} else f":{port}")
    return urlunsplit((parts.scheme, netloc, _path(parts.path), _query(parts.query, host), ""))


def _resolved(path: str) -> str:
    """`path` without dot segments (RFC 3986, section 5.2.4); segments above the root are dropped."""
    if "/." not in path and "%2e" not in path.lower():
        return path
    out: list[str] = []
    segments = re.sub(r"%2e", ".", path, flags=re.I).split("/")
    for segment in segments[1:]:
        if segment == "..":
            del out[-1:]
        elif segment != ".":
            out.append(segment)
    if segments[-1] in {".", ".."}:
        out.append("")
    return "/" + "/".join(out)
