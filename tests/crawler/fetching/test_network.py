"""What may be connected to: judged by the address behind a name, at the moment of connecting."""

from __future__ import annotations

import ipaddress
import json
import subprocess
import sys
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetching.network import is_allowed, is_public
from crawler.fetching.run import crawl
from crawler.settings import CrawlSettings
from store.settings import StoreSettings
from tests.crawler.site import LOCAL, Answer, serve_site

INSIDE = (
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "169.254.0.1",
    "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::a9fe:a9fe",
    "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:1::1", "2001:0:0:0:0:0:80ff:fffe", "fe80::1",
    "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1", "2001:db8::1", "100::1",
)  # fmt: skip
OUTSIDE = (
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "192.167.0.1",
    "198.17.255.255", "223.255.255.1", "114.114.114.114", "2606:4700::1111", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808",
)  # fmt: skip


@pytest.mark.parametrize("text", INSIDE)
def test_addresses_inside_are_not_public(text: str) -> None:
    assert not is_public(ip_address(text))
    assert not is_allowed(ip_address(text), [])


@pytest.mark.parametrize("text", OUTSIDE)
def test_addresses_outside_are_public(text: str) -> None:
    assert is_public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_no_disguise_makes_an_address_more_public(inner: ipaddress.IPv4Address) -> None:
    number = int(inner)
    disguises = [
        ipaddress.IPv6Address(0xFFFF << 32 | number),
        ipaddress.IPv6Address(int(ip_address("64:ff9b::")) | number),
        ipaddress.IPv6Address(0x2002 << 112 | number << 80),
    ]
    assert is_public(inner) or not any(map(is_public, disguises))


def test_an_allowed_network_opens_itself_and_nothing_else() -> None:
    networks = CrawlSettings(allow_networks=["10.1.0.0/16", "fd00:1::/32"]).networks()
    allowed = {text: is_allowed(ip_address(text), networks) for text in ("10.1.2.3", "::ffff:10.1.2.3", "fd00:1::8", "1.1.1.1")}
    refused = {text: is_allowed(ip_address(text), networks) for text in ("10.2.0.1", "127.0.0.1", "169.254.169.254", "fd00:2::1", "::1")}
    assert all(allowed.values()), allowed
    assert not any(refused.values()), refused


RESOLVE = """
import asyncio, json, sys
from twisted.internet import asyncioreactor
asyncioreactor.install(asyncio.new_event_loop())
from ipaddress import ip_network
from twisted.internet import reactor
from twisted.internet.address import IPv4Address, IPv6Address
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer
from crawler.fetching.network import GuardedResolver

answers, networks = json.loads(sys.argv[1]), json.loads(sys.argv[2])


@implementer(IHostnameResolver)
class Names:
    def resolveHostName(self, receiver, name, port=0, addressTypes=None, transportSemantics="TCP"):
        receiver.resolutionBegan(self)
        for text in answers[name]:
            kind = IPv6Address if ":" in text else IPv4Address
            receiver.addressResolved(kind("TCP", text, port))
        receiver.resolutionComplete()
        return self


@implementer(IResolutionReceiver)
class Heard:
    def __init__(self):
        self.found, self.complete = [], 0
    def resolutionBegan(self, resolution): pass
    def addressResolved(self, address): self.found.append(address.host)
    def resolutionComplete(self): self.complete += 1


reactor.installNameResolver(Names())
guard = GuardedResolver(reactor, [ip_network(text) for text in networks])
guard.install_on_reactor()
result = {}
for name in answers:
    heard = Heard()
    reactor.nameResolver.resolveHostName(heard, name, 80)
    result[name] = [heard.found, heard.complete]
print(json.dumps({"result": result, "refused": guard.refused}))
"""


def resolve(answers: dict[str, list[str]], networks: tuple[str, ...] = ()) -> tuple[dict[str, list[str]], dict[str, str]]:
    """What the guarded resolver passes on of these answers of a name server, in a process with a reactor of its own."""
    done = subprocess.run(
        [sys.executable, "-c", RESOLVE, json.dumps(answers), json.dumps(networks)], capture_output=True, text=True, check=True, timeout=60
    )
    found = json.loads(done.stdout)
    assert all(complete == 1 for _, complete in found["result"].values()), "a resolution must end once, or the request hangs"
    return {name: passed for name, (passed, _) in found["result"].items()}, found["refused"]


def test_of_a_name_servers_answers_only_public_ones_are_connected_to() -> None:
    passed, refused = resolve(
        {
            "good.test": ["8.8.8.8", "2606:4700::1111"],
            "mixed.test": ["169.254.169.254", "8.8.8.8", "::1"],
            "Inward.test": ["10.0.0.8"],
            "scoped.test": ["fe80::1%eth0"],
            "nothing.test": [],
        }
    )
    assert passed == {
        "good.test": ["8.8.8.8", "2606:4700::1111"],
        "mixed.test": ["8.8.8.8"],
        "Inward.test": [],
        "scoped.test": [],
        "nothing.test": [],
    }
    assert refused == {"inward.test": "10.0.0.8", "scoped.test": "fe80::1"}


def test_an_operator_may_allow_a_network_of_theirs() -> None:
    passed, refused = resolve({"intranet.test": ["10.1.0.8"], "elsewhere.test": ["10.2.0.8"]}, ("10.1.0.0/16",))
    assert passed == {"intranet.test": ["10.1.0.8"], "elsewhere.test": []}
    assert refused == {"elsewhere.test": "10.2.0.8"}


# However a host is written: what the system's resolver makes of it is what is judged.
WRITTEN = (
    "2130706433", "0x7f000001", "017700000001", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]", "127.0.0.1.", "①②⑦.⓪.⓪.①", "0.0.0.0", "0",
)  # fmt: skip


def test_a_host_is_judged_by_its_address_however_it_is_written(store_file: StoreSettings) -> None:
    """The door is real: a server listens on the port that every one of these would reach."""
    with serve_site() as door:
        port = door.base.rpartition(":")[2]
        door.put_feed("/feed.xml", [])
        urls = [f"http://{host}:{port}/feed.xml" for host in WRITTEN]
        sources = [door.source(id=f"written-{number}", urls=[{"url": url}]) for number, url in enumerate(urls)]
        report = crawl(sources, LOCAL.model_copy(update={"allow_networks": []}), store_file)
        assert door.log == []
    kinds = {WRITTEN[int(source.id.rpartition("-")[2])]: source.error_kind for source in report.sources}
    assert set(kinds.values()) <= {"private_address", "dns", "redirect", "parse", "connection"}, kinds
    assert {kinds[host] for host in ("2130706433", "0x7f000001", "017700000001", "127.1", "localhost", "[::1]")} == {"private_address"}


def test_a_redirect_inward_is_refused_where_only_the_first_host_is_allowed(store_file: StoreSettings) -> None:
    with serve_site("127.0.0.1") as open_site, serve_site("127.0.0.2") as inside:
        inside.put_feed("/feed.xml", [])
        targets = {f"/{n}.xml": inside.base.replace("127.0.0.2", host) + "/feed.xml" for n, host in enumerate(("127.0.0.2", "2130706434"))}
        for path, target in targets.items():
            open_site.pages[path] = lambda _, target=target: Answer(status=302, headers={"Location": target})  # type: ignore[misc]
        sources = [open_site.source(id=f"r{number}", path=path) for number, path in enumerate(targets)]
        report = crawl(sources, LOCAL.model_copy(update={"allow_networks": ["127.0.0.1/32"]}), store_file)
        assert inside.log == []
        assert sorted(asked.path for asked in open_site.log) == ["/0.xml", "/1.xml", "/robots.txt"]
    assert {source.error_kind for source in report.sources} == {"private_address"}


@pytest.mark.parametrize("text", ["10.1", "localhost", "10.0.0.0/40", "::1/200", ""])
def test_an_allow_list_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no network"):
        CrawlSettings(allow_networks=[text])
