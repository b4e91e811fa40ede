"""Chapters: read, checked against the rules, executed, and compared with what was committed."""
