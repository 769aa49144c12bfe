"""Finding sources, trying them out and recording them as tests: what stands above a crawl, and uses it."""
