"""How much one request, one viewer and all of them together may ask for."""
