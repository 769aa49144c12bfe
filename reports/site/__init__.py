"""The archive: issues and what stands behind them as a static site that asks nobody else for anything."""
