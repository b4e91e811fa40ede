// Shows what a link to a term, a theorem, an exercise or a reference leads to, beside the link: to a
// pointer that rests on it, and to the keyboard's focus. Escape closes it. A touch follows the link.
(() => {
  const WAIT = 250; // milliseconds before it opens, so that a passing pointer opens nothing
  const LINGER = 200; // before it closes, so that the pointer can cross to it
  const GAP = 8; // pixels
  const root = new URL(document.documentElement.dataset.content_root, location.href).href;
  let data, mathematics, box, shown, pointer, opening, closing;

  const addScript = (address) =>
    new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = script.onerror = resolve;
      document.head.append(script);
    });

  const load = () =>
    (data ??= addScript(`${root}_static/previews-data.js`).then(() => window.previews ?? {}));

  // A page without mathematics has no MathJax until a preview asks for it.
  const loadMathematics = () =>
    (mathematics ??= (async () => {
      if (!document.querySelector("script[src*='/mathjax/']")) {
        window.MathJax = { options: { enableMenu: false } };
        await addScript(`${root}_static/vendor/mathjax/tex-mml-chtml.js`);
      }
      await window.MathJax.startup?.promise;
    })());

  const linkAt = (target) => target.closest?.("article a.internal[href*='#']");

  const make = () => {
    box = document.createElement("div");
    box.id = "preview";
    box.role = "tooltip";
    box.popover = "manual";
    box.addEventListener("pointerenter", () => clearTimeout(closing));
    box.addEventListener("pointerleave", later);
    document.body.append(box);
  };

  // Below the link, or above it where there is more room; never past the edge of the window. It goes
  // with a link that scrolls, and closes when the link is gone from the window.
  const place = () => {
    const lines = [...shown.getClientRects()];
    const line = lines.find(({ left, right }) => left <= pointer && pointer <= right) ?? lines[0];
    const { width, height } = box.getBoundingClientRect();
    const { clientWidth, clientHeight } = document.documentElement;
    if (!line || line.bottom < 0 || line.top > clientHeight) return close();
    const below = line.bottom + GAP + height <= clientHeight || line.top < clientHeight / 2;
    box.style.left = `${Math.max(GAP, Math.min(line.left, clientWidth - width - GAP))}px`;
    box.style.top = `${below ? line.bottom + GAP : Math.max(GAP, line.top - GAP - height)}px`;
  };

  function close() {
    clearTimeout(closing);
    if (!shown) return;
    shown.removeAttribute("aria-describedby");
    shown = undefined;
    box.hidePopover();
  }

  function later() {
    clearTimeout(opening);
    clearTimeout(closing);
    closing = setTimeout(close, LINGER);
  }

  const open = async (link, x) => {
    const html = (await load())[decodeURI(link.href).slice(root.length)];
    if (html?.includes('class="math')) await loadMathematics();
    const raw = html?.includes('class="math') && !window.MathJax?.typesetPromise;
    if (!html || raw || !link.matches(":hover, :focus-visible")) return;
    close();
    if (!box) make();
    box.innerHTML = html;
    link.removeAttribute("title");
    link.setAttribute("aria-describedby", box.id);
    [shown, pointer] = [link, x];
    box.showPopover();
    if (html.includes('class="math')) await MathJax.typesetPromise([box]);
    if (shown === link) place();
  };

  document.addEventListener("pointerover", (event) => {
    const link = linkAt(event.target);
    if (!link || event.pointerType === "touch") return;
    clearTimeout(opening);
    clearTimeout(closing);
    if (link !== shown) opening = setTimeout(open, WAIT, link, event.clientX);
  });
  document.addEventListener("pointerout", (event) => {
    const link = linkAt(event.target);
    if (link && !link.contains(event.relatedTarget)) later();
  });
  document.addEventListener("focusin", (event) => {
    const link = linkAt(event.target);
    if (link?.matches(":focus-visible")) open(link);
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === shown) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  addEventListener("scroll", () => shown && place(), { passive: true });
})();
