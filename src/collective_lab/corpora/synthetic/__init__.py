"""Careers that no one had, written as résumés: careers, then words, from one stream of draws."""
