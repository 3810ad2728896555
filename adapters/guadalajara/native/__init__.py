"""The reference registry of Guadalajara: its tables, its codes, its open data, and the rows that fill it."""
