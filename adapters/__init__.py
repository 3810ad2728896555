"""The adapters: the contract, the kit they are built with, and a folder for each city."""
