// Lays the printed document out: sets its mathematics, writes where sliders stand, fits what is too
// wide, and says what is still wrong. Run at the width of the printed page, in print media.
const layout = (() => {
  const SMALLEST = 0.7; // of the size that an equation or a table has elsewhere

  const TOLERANCE = 2; // pixels

  const width = (element) => element?.getBoundingClientRect().width ?? Infinity;

  const words = (element) =>
    (element.ariaLabel ?? element.textContent).trim().replace(/\s+/g, " ").slice(0, 60);

  // Says below a chart where its sliders stand in the picture.
  const state = async (script) => {
    const spec = JSON.parse(script.textContent);
    const { vgSpec, signals } = (() => {
      const compiled = vegaLite.compile(spec).spec;
      return { vgSpec: compiled, signals: compiled.signals ?? [] };
    })();
    const view = new vega.View(vega.parse(vgSpec), { renderer: "none" });
    await view.runAsync();
    const names = new Set(signals.map(({ name }) => name));
    const settings = signals
      .filter(({ bind }) => bind && bind !== "scales")
      .map(({ name, bind }) => {
        const shown = names.has(`${name}_shown`) ? `${name}_shown` : name;
        return `${bind.name ?? name} = ${view.signal(shown)}`;
      });
    view.finalize();
    if (settings.length) {
      const caption = script.parentElement.querySelector("figcaption");
      caption.append(` Drawn at ${settings.join(", ")}.`);
    }
    script.remove();
  };

  // Each formula is one thing to a screen reader, with its source as its words.
  const speak = () => {
    for (const item of MathJax.startup.document.math) {
      const root = item.typesetRoot;
      root.querySelector("mjx-assistive-mml")?.remove();
      root.setAttribute("role", "img");
      root.setAttribute("aria-label", item.math.trim().replace(/\s+/g, " "));
    }
  };

  // Shrinks a formula or a table that is wider than its column, down to a size that can be read.
  const fit = () => {
    const sizes = [];
    for (const math of document.querySelectorAll("mjx-container")) {
      const column = math.matches("[display]") ? math : math.closest("p, li, td, th, dd, figcaption");
      sizes.push([math, width(column) / width(math.firstElementChild)]);
    }
    for (const table of document.querySelectorAll("table")) {
      sizes.push([table, width(table.parentElement) / width(table)]);
    }
    for (const [element, scale] of sizes) {
      if (scale >= 1) continue;
      const size = parseFloat(getComputedStyle(element).fontSize);
      element.style.fontSize = `${size * Math.max(scale * 0.98, SMALLEST)}px`;
    }
  };

  const settle = async () => {
    await document.fonts.ready;
    await MathJax.startup.promise;
    for (const script of document.querySelectorAll("figure > script")) await state(script);
    speak();
    await Promise.all([...document.images].map((image) => image.decode()));
    await document.fonts.ready;
    fit();
  };

  // What reaches past an edge of the text, where the paper may cut it; pictures that did not load.
  const problems = () => {
    const found = [];
    const place = (element) => {
      const page = element.closest("section[id]")?.id ?? "the document";
      return `${page}: <${element.localName}> ${words(element)}`;
    };
    const text = document.querySelector("article").getBoundingClientRect();
    const marks = "pre, table, img, mjx-container, p, li, dd, figcaption, h1, h2, h3, h4";
    for (const element of document.querySelectorAll(marks)) {
      const held = element.localName === "mjx-container" ? element.firstElementChild : element;
      const box = held.getBoundingClientRect();
      const hidden = element.clientWidth ? element.scrollWidth - element.clientWidth : 0;
      const over = Math.max(box.right - text.right, text.left - box.left, hidden);
      if (over > TOLERANCE) found.push(`${place(element)} is ${Math.ceil(over)} px too wide`);
    }
    for (const image of document.images) {
      if (!image.naturalWidth) found.push(`the picture ${image.src} did not load`);
    }
    for (const broken of document.querySelectorAll("mjx-merror")) {
      found.push(`${place(broken)} is not mathematics`);
    }
    return found;
  };

  // Write page numbers, given by the name of the place.
  const number = (pages) => {
    for (const link of document.querySelectorAll("a.turn")) {
      const page = pages[decodeURIComponent(link.hash.slice(1))];
      link.querySelector(".page-of").textContent = page ?? "?";
    }
  };

  return { settle, problems, number };
})();
