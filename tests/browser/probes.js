// What the browser tests ask of a page; each answer lists what is wrong, so none is good.
window.probe = {
  async showEverything() {
    const folded = [...document.querySelectorAll("details:not([open])")];
    for (const part of folded) part.open = true;
    for (const chart of document.querySelectorAll(".chart")) {
      chart.scrollIntoView();
      await probe.until(() => chart.matches(".is-live"));
    }
    await window.MathJax?.startup?.promise;
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
      : [...document.querySelectorAll("body *")]
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .map(probe.start),

  setTheme: (theme) => Object.assign(document.documentElement.dataset, { theme, mode: theme }),

  async inaccessible() {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter((found) => ["serious", "critical"].includes(found.impact))
      .map((found) => `${found.id}: ${found.nodes.map((node) => node.html.slice(0, 160))}`);
  },
};
