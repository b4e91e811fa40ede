"""An article without its code, and with its code in place again."""

from bookbuild.chapters import article

CODE = '<span></span><span class="n">a</span>\n\n    <span class="s">&lt;pre&gt;</span>\n'
ARTICLE = f'<article class="bd"><p>One.</p><pre>{CODE}</pre><p>Two.</p><pre>7</pre></article>'
PAGE = f"<html><nav><pre>x</pre></nav>{ARTICLE}<footer></footer></html>"


def test_code_is_laid_aside_and_put_back():
    text, code = article.read(PAGE)
    assert "<span" not in text
    assert text.count("<pre>") == len(code) == 2
    assert article.whole(text, code) == ARTICLE


def test_a_piece_gets_its_own_code():
    text, code = article.read(PAGE)
    second = text[text.index("<p>Two") : text.rindex("</article>")]
    assert article.whole(second, code) == "<p>Two.</p><pre>7</pre>"
