"""Copy what the site serves itself from ``node_modules`` into the book: ``npm run vendor``.

``vendor.mjs`` then bundles Vega, takes out of the fonts what no page shows, and draws the icons.
The results are committed, so a build needs no Node. Versions are pinned in ``package.json`` alone;
``NOTICE.txt`` beside the copies says which they are and under which licence.
"""

import json
import shutil
from pathlib import Path

SITE = Path("book/assets/vendor")
TESTS = Path("tests/vendor")
FONTS = ("source-serif-4", "source-sans-3", "source-code-pro")
SUBSETS = ("latin", "latin-ext", "greek")
BUNDLED = ("vega", "vega-lite", "vega-interpreter", "vega-tooltip")


def parts() -> dict[str, tuple[Path, list[str]]]:
    """Return, by npm package, where its copies go and which of its files they are.

    Of a package without files only the licence is copied: ``vendor.mjs`` makes what is served.
    """
    copied = {
        **{name: (SITE / "vega" / name, []) for name in BUNDLED},
        "@fortawesome/fontawesome-free": (SITE / "fontawesome", []),
        "mathjax": (SITE / "mathjax", [
            "es5/tex-mml-chtml.js",
            "es5/input/tex/extensions/*.js",
            "es5/output/chtml/fonts/woff-v2/*.woff",
        ]),
        "reveal.js": (SITE / "reveal", [
            "dist/reveal.js",
            "dist/reveal.css",
            "dist/plugin/notes.js",
        ]),
        "axe-core": (TESTS / "axe-core", ["axe.min.js"]),
    }  # fmt: skip
    for font in FONTS:
        files = [f"files/{font}-{part}-wght-{style}.woff2"
                 for part in SUBSETS for style in ("normal", "italic")]  # fmt: skip
        copied[f"@fontsource-variable/{font}"] = (SITE / "fonts" / font, files)
    return copied


def vendor(root: Path) -> None:
    """Replace every copy in a book by what ``node_modules`` holds.

    Parameters
    ----------
    root : Path
        The book's folder, in which `npm` ran.
    """
    for folder in (SITE, TESTS):
        shutil.rmtree(root / folder, ignore_errors=True)
    notices: dict[Path, list[str]] = {SITE: [], TESTS: []}
    for package, (target, patterns) in parts().items():
        source = root / "node_modules" / package
        for pattern in [*patterns, "LICENSE*"]:
            for path in sorted(source.glob(pattern)):
                name = path.relative_to(source)
                # MathJax finds its fonts and extensions by their place beside the script.
                name = name.relative_to("es5") if name.parts[0] == "es5" else Path(name.name)
                (root / target / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, root / target / name)
        about = json.loads((source / "package.json").read_text(encoding="utf-8"))
        home = SITE if target.is_relative_to(SITE) else TESTS
        where = target.relative_to(home)
        notices[home].append(f"{package} {about['version']} ({about['license']}), in {where}")
    for home, lines in notices.items():
        text = "Copied from npm packages by `npm run vendor`; licences beside the files.\n\n"
        (root / home / "NOTICE.txt").write_text(
            text + "\n".join(lines) + "\n", encoding="utf-8", newline="\n"
        )


if __name__ == "__main__":
    vendor(Path.cwd())  # npm runs scripts in the folder of package.json
