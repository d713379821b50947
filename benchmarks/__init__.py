"""What a page costs, measured in a real browser. Run as `python -m benchmarks.page`, or `make bench`."""
