"""Connections that cannot be turned against the network the crawler runs in.

The guard stands where a name has become addresses and before a connection is opened. Whatever a URL looks like
(decimal, octal, IPv6, a name that points inward, a redirect), what counts is the address that would be connected to; the
connection uses the very addresses that were checked, so a second answer of the name server changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler, _LenientHTTP11ClientFactory, _LenientHTTP11ClientProtocol
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.internet.interfaces import IAddress, IHostnameResolver, IHostResolution, IResolutionReceiver
from twisted.internet.protocol import connectionDone
from zope.interface import implementer

from crawler.memory import LARGE

from .politeness import politeness_of

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

# Beyond what `ipaddress` calls private: shared address space (RFC 6598), benchmarking, 6to4 relays, IPv4-compatible
# addresses and the prefix of local NAT64 (RFC 8215).
_NEVER = tuple(
    ip_network(text)
    for text in ("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4", "::/96", "64:ff9b:1::/48")
)
_NAT64 = IPv6Network("64:ff9b::/96")
# Heads longer than this are nothing a news site sends.
MAX_HEAD = 256 * 1024
# So many large answers are received at a time.
LARGE_AT_ONCE = 1


def is_public(address: Address) -> bool:
    """Whether `address` is reachable by everybody: not private, loopback, link-local, multicast, reserved or a way to such a one."""
    if isinstance(address, IPv6Address):
        if inner := _same_as(address):
            return is_public(inner)
        through = address.sixtofour or (address.teredo[1] if address.teredo else None)
        if address.is_site_local or (through is not None and not is_public(through)):
            return False
    if any(address.version == network.version and address in network for network in _NEVER):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _same_as(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that is connected to in the place of a mapped or NAT64 (RFC 6052) one, as IPv6-only networks resolve IPv4 hosts."""
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address.ipv4_mapped


def is_allowed(address: Address, networks: Sequence[Network]) -> bool:
    """Whether a connection to `address` may be opened: it is public, or lies in a network the operator has allowed."""
    plain = address.ipv4_mapped if isinstance(address, IPv6Address) and address.ipv4_mapped else address
    return any(plain.version == n.version and plain in n for n in networks) or is_public(address)


@implementer(IResolutionReceiver)
class _Sieve:
    """Passes on the allowed addresses of one resolution."""

    def __init__(self, receiver: Any, name: str, guard: GuardedResolver) -> None:
        self._receiver, self._name, self._guard = receiver, name, guard
        self._passed, self._refused = 0, ""

    def resolutionBegan(self, resolution: IHostResolution) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: IAddress) -> None:
        host = str(getattr(address, "host", "")).partition("%")[0]
        if is_allowed(ip_address(host), self._guard.networks):
            self._passed += 1
            self._receiver.addressResolved(address)
        else:
            self._refused = host

    def resolutionComplete(self) -> None:
        if self._refused and not self._passed:
            self._guard.refused[self._name.lower()] = self._refused
        self._receiver.resolutionComplete()


@implementer(IHostnameResolver)
class GuardedResolver:
    """Name resolver of the reactor that hides addresses nobody may connect to. `refused` keeps which name led to which."""

    def __init__(self, reactor: Any, networks: Sequence[Network]) -> None:
        self._reactor, self._original = reactor, reactor.nameResolver
        self.networks = tuple(networks)
        self.refused: dict[str, str] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> GuardedResolver:
        """As Scrapy makes it."""
        return cls(reactor, [ip_network(text, strict=False) for text in crawler.settings.getlist("YIXUN_ALLOW_NETWORKS")])

    def install_on_reactor(self) -> None:
        """Take the place of the reactor's own resolver."""
        self._reactor.installNameResolver(self)

    def resolveHostName(
        self,
        resolutionReceiver: Any,
        hostName: str,
        portNumber: int = 0,
        addressTypes: Sequence[type[IAddress]] | None = None,
        transportSemantics: str = "TCP",
    ) -> Any:
        """Resolve `hostName` and pass on only what may be connected to."""
        sieve = _Sieve(resolutionReceiver, hostName, self)
        return self._original.resolveHostName(sieve, hostName, portNumber, addressTypes, transportSemantics)


def refused_names() -> dict[str, str]:
    """Which host names led to addresses that may not be connected to, and to which."""
    from twisted.internet import reactor

    resolver = getattr(reactor, "nameResolver", None)
    return resolver.refused if isinstance(resolver, GuardedResolver) else {}


class _LargeAnswerGate:
    """Lets few large answers through at a time (LARGE_AT_ONCE); the others wait with their connections paused.

    Sixteen answers of fifteen megabytes each would fill the memory that two of them, and many small ones, do not. One that
    waits too long runs into the timeout of its request.
    """

    def __init__(self) -> None:
        self._inside: list[_BoundedProtocol] = []
        self._waiting: list[_BoundedProtocol] = []

    def enter(self, one: _BoundedProtocol) -> None:
        """`one` has become large: it goes on, or is paused until others are through."""
        if len(self._inside) < LARGE_AT_ONCE:
            self._inside.append(one)
        else:
            self._waiting.append(one)
            one.transport.pauseProducing()  # type: ignore[union-attr]

    def leave(self, one: _BoundedProtocol) -> None:
        """`one` is through, or gone."""
        if one in self._waiting:
            self._waiting.remove(one)
        if one in self._inside:
            self._inside.remove(one)
            if self._waiting:
                following = self._waiting.pop(0)
                self._inside.append(following)
                following.transport.resumeProducing()  # type: ignore[union-attr]


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    """HTTP/1.1 whose answer may not have an endless head, and waits its turn when its body is large."""

    _head = _body = 0
    _reading: Any = None

    def __init__(self, gate: _LargeAnswerGate, quiescent: Any) -> None:
        super().__init__(quiescent)  # type: ignore[no-untyped-call]
        self._gate = gate

    def dataReceived(self, data: bytes) -> None:
        parser = self._parser
        if parser is not self._reading:
            self._reading, self._head, self._body = parser, 0, 0
        if parser is not None and parser.state in ("STATUS", "HEADER"):
            self._head += len(data)
            if self._head > MAX_HEAD:
                self.transport.abortConnection()  # type: ignore[union-attr]
                return
        elif parser is not None:
            before, self._body = self._body, self._body + len(data)
            if before <= LARGE < self._body:
                self._gate.enter(self)
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        if self._parser is not parser:
            self._gate.leave(self)

    def connectionLost(self, reason: Any = connectionDone) -> None:
        self._gate.leave(self)
        super().connectionLost(reason)  # type: ignore[no-untyped-call]


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def __init__(self, gate: _LargeAnswerGate, *settings: Any) -> None:
        super().__init__(*settings)  # type: ignore[no-untyped-call]
        self._gate = gate

    def buildProtocol(self, addr: IAddress | None) -> _BoundedProtocol:
        return _BoundedProtocol(self._gate, self._quiescentCallback)


class GuardedHandler(HTTP11DownloadHandler):
    """Scrapy's download handler with bounded heads, few large bodies at a time, and downloads that end with the crawl."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = partial(_BoundedFactory, _LargeAnswerGate())  # type: ignore[assignment]

    async def download_request(self, request: Request) -> Response:
        """Download what may still go out, until the crawl ends. Raises Refused, and what Scrapy's handler raises."""
        politeness = politeness_of(self._crawler)
        politeness.check(request)
        response = await politeness.clock.ending.watch(super().download_request(request))
        politeness.heed(response)
        return response
