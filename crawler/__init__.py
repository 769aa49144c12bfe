"""The outside world → drafts → items: sources, readers, extraction, judging, grouping.

`crawler.fetching.run.crawl(sources, settings)` crawls in a child process; `crawler.reading.extract.read_page` and
`crawler.judge.Judge` are pure and work without network or store.
"""
