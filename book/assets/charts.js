// Draws every stored chart live over its picture, in the colours of the page. Without this script,
// and in print, the picture stays. A chart is drawn when it comes near the screen, so one in a
// folded solution is drawn once it is opened.
(() => {
  const root = document.documentElement;
  const drawn = new Map();

  // The palette as the style sheet has it: what a colour of a light page is on this one.
  const exchange = () => {
    const read = (theme) => {
      const probe = document.createElement("i");
      probe.dataset.theme = theme;
      probe.hidden = true;
      document.body.append(probe);
      const style = getComputedStyle(probe);
      const names = style.getPropertyValue("--palette").trim().split(/\s+/);
      const colours = names.map((name) => style.getPropertyValue(`--${name}`).trim().toLowerCase());
      probe.remove();
      return colours;
    };
    const now = read(root.dataset.theme === "dark" ? "dark" : "light");
    return new Map(read("light").map((colour, position) => [colour, now[position]]));
  };

  const recoloured = (part, colours) => {
    if (typeof part === "string") return colours.get(part.toLowerCase()) ?? part;
    if (Array.isArray(part)) return part.map((item) => recoloured(item, colours));
    if (part === null || typeof part !== "object") return part;
    const entries = Object.entries(part);
    return Object.fromEntries(
      entries.map(([key, value]) => [
        key, key === "datasets" || key === "values" ? value : recoloured(value, colours),
      ]),
    );
  };

  const isSingle = (spec) =>
    typeof spec.width === "number" || (spec.width === undefined && (spec.layer || spec.mark))
      ? !["row", "column", "facet"].some((channel) => spec.encoding?.[channel])
      : false;

  // A single view shrinks with its column, and its legend stacks when that is narrow; several views
  // side by side scroll within their box. The page shows through.
  const fitted = (spec, room) => {
    const axis = { ...spec.config?.axis, labelSeparation: 6 };
    const config = { ...spec.config, axis, background: null };
    if (!isSingle(spec)) return { ...spec, config };
    if (room < 440) config.legend = { ...config.legend, direction: "vertical", columns: 1 };
    return { ...spec, config, width: "container", autosize: { type: "fit-x", contains: "padding" } };
  };

  const showValues = (live, view, signals) => {
    for (const input of live.querySelectorAll(".vega-bind input[type=range]")) {
      const name = `${input.name}_shown`;
      if (!signals.some((signal) => signal.name === name)) continue;
      const output = document.createElement("output");
      const show = (value) => {
        output.textContent = value;
        input.setAttribute("aria-valuetext", value);
      };
      input.nextElementSibling?.replaceWith(output);
      show(view.signal(name));
      view.addSignalListener(name, (_, value) => show(value));
    }
  };

  const draw = async (chart) => {
    const before = drawn.get(chart);
    drawn.set(chart, before ?? null);
    const picture = chart.querySelector("img");
    const spec = JSON.parse(chart.querySelector("script").textContent);
    const live = document.createElement("div");
    live.className = "chart-live";
    if (isSingle(spec)) live.style.maxWidth = picture.style.width || `${picture.width}px`;
    chart.append(live);
    const shown = recoloured(fitted(spec, live.clientWidth), exchange());
    const result = await vegaEmbed(live, shown, {
      mode: "vega-lite",
      renderer: "svg",
      actions: false,
      defaultStyle: false,
      tooltip: { theme: root.dataset.theme === "dark" ? "dark" : "light" },
    });
    const signals = result.vgSpec.signals ?? [];
    if (before) {
      for (const { name, bind } of signals) {
        if (bind) result.view.signal(name, before.view.signal(name));
      }
      await result.view.runAsync();
      before.live.remove();
      before.finalize();
    }
    showValues(live, result.view, signals);
    chart.classList.add("is-live");
    drawn.set(chart, { view: result.view, finalize: result.finalize, live });
  };

  // Vega measures again when the window changes, which is before the sidebars have settled.
  const followColumn = () => {
    const column = document.querySelector(".bd-article");
    if (!column) return;
    let width = column.clientWidth;
    new ResizeObserver(() => {
      if (column.clientWidth === width) return;
      width = column.clientWidth;
      window.dispatchEvent(new Event("resize"));
    }).observe(column);
  };

  const start = async () => {
    await document.fonts.load("12px 'Source Sans 3 Variable'");
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          watcher.unobserve(target);
          draw(target);
        }
      },
      { rootMargin: "600px" },
    );
    for (const chart of document.querySelectorAll(".chart")) watcher.observe(chart);
    followColumn();
    let theme = root.dataset.theme;
    new MutationObserver(() => {
      if (root.dataset.theme === theme) return;
      theme = root.dataset.theme;
      for (const [chart, state] of drawn) if (state) draw(chart);
    }).observe(root, { attributeFilter: ["data-theme"] });
  };

  start();
})();
