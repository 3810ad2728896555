"""How fast the gateway is, beside what it is made of and beside what one would write without it.

``python -m benchmarks`` fills two registries, checks that every contestant answers alike, measures
them in turns and writes the table of ``docs/performance.md``. Nothing here is part of the product.
"""
