"""Classes that style a paragraph, and ids of its section, lose nothing of it, whatever words they share with names of surroundings."""

from __future__ import annotations

import pytest

from crawler.reading.extract import read_page

from .texts import EN

# Of the CSS frameworks Tailwind, Tachyons, Bootstrap, Foundation, Bulma, Material, UIkit, of page builders and of papers' own systems.
STYLES = [
    "lh-copy",
    "measure-wide",
    "f5",
    "mt-4",
    "text-lg",
    "leading-7",
    "text-info",
    "text-muted",
    "text-top",
    "text-meta",
    "text-share",
    "card-text",
    "card-body",
    "card-copy",
    "body-copy",
    "article-copy",
    "story-copy",
    "copy-block",
    "content-copy",
    "copy",
    "lead",
    "lead-in",
    "intro",
    "intro-copy",
    "standfirst",
    "has-drop-cap",
    "has-info-color",
    "has-source-font",
    "font-source-serif",
    "source-serif-pro",
    "font-meta",
    "bg-info",
    "border-info",
    "alert-info-text",
    "media-body",
    "media-text",
    "align-top",
    "vertical-top",
    "top-0",
    "mt-top",
    "pull-right",
    "side-note",
    "col-side",
    "inline-text",
    "inline-block",
    "inline-placeholder",
    "insert-before",
    "edit-me",
    "editable",
    "editor-content",
    "editor-paragraph",
    "op-modern-paragraph",
    "opacity-75",
    "tip-top",
    "hot-pink",
    "like-new",
    "more-space",
    "read-width",
    "time-less",
    "date-palm",
    "head-space",
    "header-text",
    "heading-copy",
    "foot-note-free",
    "top-story-text",
    "toolbox-text",
    "tools-page",
    "menu-less",
    "is-share-open",
    "has-comments",
    "no-sidebar",
    "with-sidebar",
    "share-price-text",
    "shareholder-text",
    "video-text",
    "player-name",
    "search-result-text",
    "vote-text",
    "poll-data",
    "callout-text",
    "callout",
    "quote-text",
    "info-graphic-text",
    "post-paragraph",
    "entry-paragraph",
    "paragraph__text",
    "Text__Paragraph-sc",
    "css-1fanzo5",
    "StoryBodyCompanionColumn",
    "RichTextParagraph",
    "ssrcss-1q0x1qg-Paragraph",
    "pw-post-body-paragraph",
    "mdc-typography--body1",
    "MuiTypography-caption",
    "uk-text-meta",
    "uk-text-lead",
    "is-size-5",
    "column-copy",
    "wp-block-paragraph",
    "elementor-text",
    "et_pb_text",
    "fl-rich-text",
    "sqs-html-content",
    "article-paragraph",
    "tag-p",
    "ad-free",
    "app-paragraph",
    "signature-style",
    "report-text",
    "statement-text",
    "regular",
    "cookie-cutter",
    "skip-ahead",
    "bio-tech",
    "path-text",
    "rail-text",
    "widget-text",
]
IDS = [
    "sharing-scans",
    "related-work",
    "comments-on-cost",
    "copyright-of-models",
    "share-of-patients",
    "follow-up",
    "footer-notes-explained",
    "ad-hoc-review",
    "social-insurance",
    "newsletter-of-the-trial",
    "tags-and-labels",
    "side-effects",
    "recommended-dose-levels",
    "most-common-events",
    "sign-up-of-patients",
]

TEXT = (EN[0], "The price was not told.", EN[1], "Nobody objected.", EN[3], EN[5])


def _page(body: str) -> str:
    head = "<html lang=en><head><meta charset=utf-8><title>Triage assistant reaches every clinic</title></head>"
    return f"{head}<body><nav><a href=/>Home</a></nav><article><h1>Triage assistant reaches every clinic</h1>{body}</article></body></html>"


def _lost(body: str) -> list[str]:
    text = read_page(_page(body).encode(), url="https://news.example.org/a/1.html").text
    return [line for line in TEXT if line not in text.split("\n")]


def test_there_are_enough_names() -> None:
    assert len(set(STYLES)) > 100 and len(set(IDS)) >= 15


@pytest.mark.parametrize("name", STYLES)
def test_styles_lose_no_paragraph(name: str) -> None:
    plain = "".join(f"<p>{line}</p>" for line in TEXT)
    assert _lost("".join(f'<p class="x1 {name}">{line}</p>' for line in TEXT)) == []
    assert _lost("".join(f'<p class="x1 {name if n == 1 else "x2"}">{line}</p>' for n, line in enumerate(TEXT))) == []
    assert _lost(f'<div class="{name}">{plain}</div>') == []
    assert _lost(f'<section class="{name}">{plain}</section>') == []
    assert _lost("".join(f'<div class="{name}"><p>{line}</p></div>' for line in TEXT)) == []


@pytest.mark.parametrize("name", IDS)
def test_ids_lose_no_section(name: str) -> None:
    heading = name.replace("-", " ").capitalize()
    for tag in ("section", "div"):
        parts = [
            f'<{tag} id="{name if n == 2 else f"part-{n}"}"><h2>{heading if n == 2 else f"Part {n}"}</h2><p>{line}</p></{tag}>'
            for n, line in enumerate(TEXT)
        ]
        assert _lost("".join(parts)) == []
    assert _lost("".join(f'<h2 id="{name}">{heading}</h2><p id="{name}-{n}">{line}</p>' for n, line in enumerate(TEXT))) == []


@pytest.mark.parametrize("name", ["share-text", "copyright", "related-links", "summary", "meta-info", "ad"])
def test_what_every_paragraph_is_called_is_no_surrounding(name: str) -> None:
    assert _lost("".join(f'<p class="{name}">{line}</p>' for line in TEXT)) == []
    assert _lost("".join(f'<div class="{name}"><p>{line}</p></div>' for line in TEXT)) == []
