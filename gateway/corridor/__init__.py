"""What members of different clusters do together: agreements, interests, consortia. It holds references, not data."""
