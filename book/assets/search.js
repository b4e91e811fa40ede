// What the search lacks: names with or without accents in the excerpts (the index leaves accents out,
// too), formulas as words, and silence where a page may not read other pages.
(() => {
  // The form of a frame that forbids forms: the search is an address like any other.
  addEventListener("keydown", (event) => {
    const { form, value } = event.target;
    if (event.key !== "Enter" || !form?.matches(".bd-search")) return;
    event.preventDefault();
    const results = new URL(form.action);
    Object.assign(results, { hash: "", search: new URLSearchParams({ q: value }) });
    location.assign(results);
  });

  if (typeof Search === "undefined") return; // every page but the one that searches

  // What the library calls something comes after the pages that explain it.
  Object.assign(Scorer, { objNameMatch: 3, objPartialMatch: 1, objPrio: { 0: 0, 1: 0, 2: 0 } });

  const LENGTH = 240; // letters of an excerpt
  const SIGNS = Object.fromEntries(
    ("alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ kappa κ lambda λ " +
      "mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ " +
      "Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ " +
      "in ∈ notin ∉ to → mapsto ↦ times × cdot · infty ∞ sum ∑ prod ∏ int ∫ sqrt √ approx ≈ " +
      "subset ⊂ subseteq ⊆ cup ∪ cap ∩ pm ± ldots … dots … cdots … mid | ell ℓ star * ast *")
      .split(" ")
      .map((word, at, words) => (at % 2 ? [words[at - 1], word] : []))
      .filter((pair) => pair.length),
  );
  const FONTS = /\\(?:math\w+|operatorname\*?|text\w*|left|right|[bB]ig+[lr]?|d?frac|[,;:!])(?![a-z])/g;

  // A formula as a reader would type it; one that takes more than a line of signs is left out.
  const spoken = (tex) => {
    const words = tex
      .replace(/^\\[([]|\\[)\]]$/g, "")
      .replace(FONTS, "")
      .replace(/\\([a-zA-Z]+)/g, (whole, name) => SIGNS[name] ?? whole)
      .replace(/\\([%#&_{}|])/g, "$1")
      .replace(/[{}]/g, "")
      .replace(/\s+/g, " ");
    return /[\\&]/.test(words) ? "…" : words.trim();
  };

  // A page's text: of its own part that holds the anchor, or else of all of it.
  Search.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const unread = ".headerlink, script, style, .prev-next-footer, .bd-header-article, #jb-print-docs-body";
    page.querySelectorAll(unread).forEach((element) => element.remove());
    page.querySelectorAll(".math").forEach((formula) => {
      formula.textContent = spoken(formula.textContent.trim());
    });
    const main = page.querySelector("[role=main] article") ?? page.querySelector("[role=main]");
    const part = anchor && main?.querySelector(`#${CSS.escape(anchor.slice(1))}`);
    return (part || main)?.textContent ?? "";
  };

  Search.makeSearchSummary = (html, terms, anchor) => {
    const text = Search.htmlToText(html, anchor).replace(/\s+/g, " ").trim();
    if (!text) return null;
    const plain = withoutAccents(text).toLowerCase();
    const found = [...terms].map((term) => plain.indexOf(term)).filter((at) => at >= 0);
    const start = Math.max(Math.min(...found, text.length) - LENGTH / 2, 0);
    const from = found.length ? text.indexOf(" ", start - 1) + 1 : 0;
    const excerpt = document.createElement("p");
    excerpt.className = "context";
    const end = from + LENGTH < text.length ? "…" : "";
    excerpt.textContent = (from ? "…" : "") + text.substr(from, LENGTH).trim() + end;
    return excerpt;
  };

  if (self.origin === "null") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
})();
