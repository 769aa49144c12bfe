"""The outside world → drafts → items: sources, spiders, extraction, judging, grouping.

`crawler.run.crawl(sources, settings)` crawls in a child process; `crawler.extract.read_page` and
`crawler.judge.Judge` are pure and work without network or store.
"""
