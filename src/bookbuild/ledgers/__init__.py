"""Lists that chapters answer to: the paper's claims, the literature, the reading paths."""
