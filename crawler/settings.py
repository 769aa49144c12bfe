"""Settings of the crawl, and what they mean for Scrapy."""

from __future__ import annotations

from importlib.metadata import version
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

MEGABYTE = 1024 * 1024
# What broke on an item is tried again by code of another version.
CODE_VERSION = version("yixun")


class CrawlSettings(BaseModel):
    """How the crawler behaves towards the world. Polite by default."""

    model_config = ConfigDict(extra="forbid")

    user_agent: str = Field("Yixun/{version} (+{contact})", description="User agent; {version} and {contact} are filled in")
    contact: str = Field("", description="URL or mail address where a site owner reaches you; part of the user agent")
    sources: list[Path] = Field(default_factory=list, description="files of sources that are added to the built-in catalogue")
    catalogue: list[str] | None = Field(
        None,
        description='what of the built-in catalogue is read, by category or id; a minus leaves out: ["media", "-36kr"]; [] for nothing',
    )
    min_delay: float = Field(2.0, ge=0, le=600, description="least seconds between two requests to one host; 0 asks for no pause at all")
    allow_networks: list[str] = Field(default_factory=list, description="private networks that may be fetched, as 10.1.0.0/16")
    max_seconds: float = Field(3600, gt=0, description="a crawl is ended after this many seconds; what is left is done by the next one")
    max_megabytes: int = Field(2048, ge=512, description="memory that each process of a crawl may take (Linux); one that wants more ends")
    source_seconds: float = Field(900, gt=0, description="seconds one source may take in a crawl; its other articles wait for the next")
    timeout: float = Field(30, gt=0, le=600, description="seconds one answer may take from the first to the last byte")
    retries: int = Field(1, ge=0, le=5, description="how often a request is repeated after a lost connection or an error of the server")
    max_bytes: int = Field(15 * MEGABYTE, ge=1024, description="largest feed, list or API answer, unpacked")
    max_page_bytes: int = Field(6 * MEGABYTE, ge=1024, description="largest article page, unpacked")
    max_redirects: int = Field(5, ge=0, le=20, description="redirects that are followed")
    max_entries: int = Field(1000, ge=1, description="entries read from one answer of a source")
    max_pages: int = Field(10, ge=1, le=50, description="pages that are joined to one article")
    concurrency: int = Field(16, ge=1, le=256, description="requests under way at once, over all hosts; one host gets one at a time")
    poll_hours: float = Field(6, gt=0, le=168, description="hours between two polls of a source that says nothing else")
    full_every: int = Field(24, ge=1, description="every so many polls a source is read in full, for some servers answer 304 wrongly")
    read_seconds: float = Field(20, gt=0, description="time reading and judging one page may take")
    read_megabytes: int = Field(450, ge=380, description="memory the reading process may use, its model included, before it is replaced")

    @field_validator("allow_networks")
    @classmethod
    def _are_networks(cls, value: list[str]) -> list[str]:
        for text in value:
            try:
                ip_network(text, strict=False)
            except ValueError as error:
                raise ValueError(f"{text!r} is no network, expected a form like 10.1.0.0/16") from error
        return value

    def networks(self) -> list[IPv4Network | IPv6Network]:
        """The allowed private networks."""
        return [ip_network(text, strict=False) for text in self.allow_networks]

    def agent(self) -> str:
        """The user agent as it is sent."""
        return self.user_agent.format(version=CODE_VERSION, contact=self.contact or "contact not set")


_FETCHING = "crawler.fetching"
# The same for every crawl: guarded connections, our own readers of robots.txt and packed answers, nothing that opens a side door.
_PARTS: dict[str, Any] = {
    "BOT_NAME": "yixun",
    # Robots are obeyed by our own middleware, which remembers them for a day and keeps Crawl-delay.
    "ROBOTSTXT_OBEY": False,
    "REMOTE_CONTROL_ENABLED": False,
    "TELNETCONSOLE_ENABLED": False,
    "HTTPPROXY_ENABLED": False,
    "METAREFRESH_ENABLED": False,
    "DEFAULT_REQUEST_HEADERS": {"Accept": "*/*", "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.6"},
    "DOWNLOADER": f"{_FETCHING}.downloader.OneAtATime",
    "TWISTED_DNS_RESOLVER": f"{_FETCHING}.network.GuardedResolver",
    "DOWNLOAD_HANDLERS": {
        "http": f"{_FETCHING}.network.GuardedHandler",
        "https": f"{_FETCHING}.network.GuardedHandler",
        "data": None,
        "file": None,
        "ftp": None,
        "s3": None,
    },
    "DOWNLOADER_MIDDLEWARES": {
        f"{_FETCHING}.politeness.PolitenessMiddleware": 90,
        f"{_FETCHING}.robots.RobotsMiddleware": 100,
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
        "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
        "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware": None,
        "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
        f"{_FETCHING}.unpack.UnpackMiddleware": 590,
    },
    # Scrapy imports every extension it knows, only to leave it out: its remote control alone costs 10 MB.
    "EXTENSIONS_BASE": {},
    "EXTENSIONS": {f"{_FETCHING}.politeness.RequestCounter": 0, f"{_FETCHING}.politeness.PoliteThrottle": 0},
    "ITEM_PIPELINES": {
        f"{_FETCHING}.steps.ReadPipeline": 100,
        f"{_FETCHING}.steps.JudgePipeline": 200,
        f"{_FETCHING}.steps.SavePipeline": 300,
    },
    "SPIDER_MIDDLEWARES": {
        "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
        "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
        "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    },
    "REACTOR_THREADPOOL_MAXSIZE": 20,
    "LOG_ENABLED": False,
    "LOG_INSTALL_ROOT_HANDLER": False,
    "STATS_DUMP": False,
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
}


def scrapy_settings(crawl: CrawlSettings) -> dict[str, Any]:
    """Scrapy's settings for a crawl: obey robots.txt, one request a host at a time, guarded connections, no side doors."""
    return {
        **_PARTS,
        "USER_AGENT": crawl.agent(),
        "CONCURRENT_REQUESTS": crawl.concurrency,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_DELAY": crawl.min_delay,
        # Chance may not shorten the pause below what was promised.
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": crawl.min_delay > 0,
        "AUTOTHROTTLE_START_DELAY": crawl.min_delay,
        "AUTOTHROTTLE_MAX_DELAY": 60.0,
        # No request goes out while so many bytes wait to be read.
        "SCRAPER_SLOT_MAX_ACTIVE_SIZE": 3 * MEGABYTE,
        "DOWNLOAD_TIMEOUT": crawl.timeout,
        "DOWNLOAD_MAXSIZE": crawl.max_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "RETRY_TIMES": crawl.retries,
        "RETRY_HTTP_CODES": [500, 502, 504, 408, 522, 524],
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
        "REDIRECT_MAX_TIMES": crawl.max_redirects,
        "YIXUN_ALLOW_NETWORKS": list(crawl.allow_networks),
    }
