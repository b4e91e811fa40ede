// What the browser tests ask of a page; each answer lists what is wrong, so none is good.
window.probe = {
  async unfold() {
    for (const part of document.querySelectorAll("details")) part.open = true;
    await window.MathJax?.startup?.promise;
  },

  async drawCharts() {
    for (const chart of document.querySelectorAll(".chart")) {
      chart.scrollIntoView();
      await probe.until(() => chart.matches(".is-live"));
    }
    window.scrollTo(0, 0);
  },

  pause: (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),

  // Wait as long as a busy machine may take, not for ever.
  async until(condition) {
    for (let wait = 0; wait < 1200 && !condition(); wait++) await probe.pause(50);
    return condition();
  },

  // Wait until what a change of theme or window set in motion has come to rest.
  async settled() {
    const frame = () => new Promise(requestAnimationFrame);
    const moving = ({ playState, effect }) =>
      playState === "running" && effect.getComputedTiming().endTime < Infinity;
    for (let frames = 0; frames < 3; frames++) await frame();
    await probe.until(() => !document.getAnimations().some(moving));
    await frame();
  },

  start: (element) => element.outerHTML.slice(0, 160),

  rawMathematics() {
    const unset = [...document.querySelectorAll("article .math")].filter(
      (element) => !element.querySelector("mjx-container"),
    );
    const text = document.querySelector("article")?.cloneNode(true);
    text?.querySelectorAll("pre, code, script, mjx-container").forEach((part) => part.remove());
    const raw = text?.textContent.match(/.{0,30}(\$|\\\(|\\\[).{0,30}/g) ?? [];
    return [...unset, ...document.querySelectorAll("mjx-merror")].map(probe.start).concat(raw);
  },

  deadCharts: () =>
    [...document.querySelectorAll(".chart")]
      .filter((chart) => !chart.querySelector(".vega-embed :is(svg, canvas)"))
      .map((chart) => chart.querySelector("img")?.alt ?? probe.start(chart)),

  // Each slider alone: the others stand where the page put them.
  async deadSliders() {
    const dead = [];
    for (const input of document.querySelectorAll(".chart input[type=range]")) {
      const drawing = input.closest(".chart-live").querySelector("svg");
      const [before, stood] = [drawing.innerHTML, input.value];
      const move = (stop) => {
        input.value = stop;
        input.dispatchEvent(new Event("input", { bubbles: true }));
      };
      move(stood === input.max ? input.min : input.max);
      if (!(await probe.until(() => drawing.innerHTML !== before))) dead.push(`${input.name} changes nothing`);
      if (!input.labels.length) dead.push(`${input.name} has no label`);
      move(stood);
      for (let wait = 0; wait < 40 && drawing.innerHTML !== before; wait++) await probe.pause(25);
    }
    return dead;
  },

  tooWide: async () =>
    (await probe.until(() => document.documentElement.scrollWidth <= innerWidth))
      ? []
      : [
          `${document.documentElement.scrollWidth} px`,
          ...[...document.querySelectorAll("body *")]
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
            .map(probe.start),
        ],

  // Style sheets draw the glyphs of mathematics: axe and screen readers are shown the MathML beside
  // them. They are a third of all elements.
  removeGlyphs() {
    for (const glyphs of document.querySelectorAll("mjx-math:not(:has(a, [id], [tabindex]))"))
      glyphs.replaceChildren();
  },

  setTheme: (theme) => Object.assign(document.documentElement.dataset, { theme, mode: theme }),

  hasLetters: (element) =>
    element.matches("input, select, textarea") ||
    [...element.childNodes].some(({ nodeType, data }) => nodeType === 3 && data.trim()),

  // Name what decides how well an element's text stands out: the look of its letters, and every box
  // around it that paints something or leaves the flow.
  looks() {
    const around = new Map();
    const behind = (box) => {
      if (!box) return "";
      if (!around.has(box)) {
        const style = getComputedStyle(box);
        const paint = [style.backgroundColor, style.backgroundImage, style.opacity,
          style.mixBlendMode, style.filter].join();
        const stays = ["static", "relative"].includes(style.position);
        const own = paint === "rgba(0, 0, 0, 0),none,1,normal,none" ? "" : paint;
        around.set(box, `${behind(box.parentElement)}${own}${stays ? "" : `#${around.size}`}`);
      }
      return around.get(box);
    };
    return (element) => {
      const style = getComputedStyle(element);
      return [style.color, style.webkitTextFillColor, style.webkitTextStroke, style.textShadow,
        style.fontSize, style.fontWeight, behind(element)].join();
    };
  },

  // The serious faults that axe finds, or those of them alone that another theme can bring.
  async inaccessible({ within = document, colours = false } = {}) {
    const contrast = axe._audit.rules.find(({ id }) => id === "color-contrast");
    const { matches } = contrast;
    const [look, seen] = [probe.looks(), new Set()];
    // Letters of one look have one contrast, which takes long to find: it is measured once.
    contrast.matches = (element, ...more) =>
      probe.hasLetters(element) &&
      !seen.has(look(element)) &&
      matches(element, ...more) &&
      Boolean(seen.add(look(element)));
    const { violations } = await axe.run(within, {
      resultTypes: ["violations"],
      ...(colours
        ? { runOnly: ["color-contrast", "link-in-text-block"] }
        : { rules: { region: { enabled: false } } }), // slow, and never more than moderate
    });
    contrast.matches = matches;
    return violations
      .filter((found) => ["serious", "critical"].includes(found.impact))
      .map((found) => `${found.id}: ${found.nodes.map((node) => node.html.slice(0, 160))}`);
  },
};
