"""Slides: one deck a chapter, drawn from the chapter's built page.

A deck's outline, ``book/slides/NAME.md``, says in which order things are shown and what the speaker
says. It names what it shows by label or by its own words. Theorem, chart, code and number are taken
from the built page of the chapter, so no slide can differ from the book; what the page no longer
has fails the build.
"""
