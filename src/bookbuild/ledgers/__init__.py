"""Lists that chapters and appendices answer to: claims, literature, cases, reading paths."""
