"""The outside world → items and stories: sources, readers, fetching, reading, judging, grouping.

`crawler.fetching.run.crawl(sources, settings)` crawls in a child process; `crawler.reading.extract.read_page` and
`crawler.judge.Judge` are pure and work without network or store.
"""
