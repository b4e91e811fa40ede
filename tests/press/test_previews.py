"""What is shown of a link's target: the box, the term or the reference, and nothing to click."""

from bookbuild.site.extension.previews import collect

BOX = """<html><body><article>
<div class="proof definition admonition" id="def-a"><p class="admonition-title">
<span class="caption-number">Definition 1 </span> (Signal)</p>
<section class="definition-content"><p>A <a href="#x" id="y">signal</a> is
<span class="math">\\(g\\)</span>.<a class="headerlink" href="#def-a">#</a></p></section></div>
<div class="exercise admonition" id="ex-a"><p class="admonition-title">Exercise 1</p>Do it.</div>
<details class="solution admonition" id="sol-a"><summary>Solution</summary>It is done.</details>
<a class="reference internal" href="#sol-a">the solution</a>
</article></body></html>"""
LINKS = """<html><body><nav><a class="reference internal" href="one.html#ex-a">in a menu</a></nav>
<article><a class="reference internal" href="../notebooks/one.html#def-a">Definition 1</a>
<a class="reference internal" href="../glossary.html#term-firm">firm</a>
<a class="reference external" href="https://example.org/#def-a">elsewhere</a></article></body></html>"""
GLOSSARY = """<html><body><article><dl class="simple glossary">
<dt id="term-firm">firm<a class="headerlink" href="#term-firm">#</a></dt><dd><p>It learns.</p></dd>
<dt id="term-other">other</dt><dd><p>Nobody asks for this.</p></dd></dl></article></body></html>"""

FOUND = collect({
    "notebooks/one.html": BOX, "notebooks/two.html": LINKS, "glossary.html": GLOSSARY,
})  # fmt: skip


def test_only_what_a_page_s_text_links_to_is_shown_and_never_a_solution():
    assert sorted(FOUND) == ["glossary.html#term-firm", "notebooks/one.html#def-a"]


def test_a_box_keeps_its_words_and_its_mathematics_and_loses_what_could_be_clicked():
    shown = FOUND["notebooks/one.html#def-a"]
    assert shown.startswith('<div class="definition">')
    assert "Definition 1 </span> (Signal)" in shown
    assert "A signal is" in shown
    assert '<span class="math">\\(g\\)</span>' in shown
    for mark in ("<a", "href", "id=", "#<", "<section"):
        assert mark not in shown


def test_a_term_is_shown_with_its_meaning():
    assert FOUND["glossary.html#term-firm"] == (
        '<div class="term"><p class="admonition-title">firm</p><p>It learns.</p></div>'
    )
