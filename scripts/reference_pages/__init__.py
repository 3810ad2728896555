"""What the sections of docs/reference say, each written from the code."""
