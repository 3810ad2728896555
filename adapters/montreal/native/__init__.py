"""The reference registry of Montréal: its tables, its codes, its open data, and how it is filled."""
