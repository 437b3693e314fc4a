"""A made-up city of any size, for benchmarks (`generate_load`)."""
