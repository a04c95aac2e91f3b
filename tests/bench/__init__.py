"""Benchmarks: `make bench` prints a table and writes build/bench.json. Never part of the suite."""
