"""The benchmarks behind every number that the documentation states."""
