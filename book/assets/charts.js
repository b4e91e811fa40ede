// Draws every stored chart live over its picture, in the colours of the page. Without this script,
// in print, and wherever drawing fails, the picture stays. A chart is drawn when it comes near the
// screen, so one in a folded solution is drawn once it is opened; the first one brings Vega.
(() => {
  const FONT_WAIT = 1000; // milliseconds; after that, and without the font, another one serves
  const root = document.documentElement;
  const vegaAddress = new URL("vendor/vega/vega.js", document.currentScript.src).href;
  const drawn = new Map();
  let tools;

  const ready = () =>
    (tools ??= Promise.all([
      new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = vegaAddress;
        script.onload = resolve;
        script.onerror = () => reject(new Error("Vega did not load"));
        document.head.append(script);
      }),
      Promise.race([
        document.fonts.load("12px 'Source Sans 3 Variable'").catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, FONT_WAIT)),
      ]),
    ]));

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

  // Several views that are wider than their column, axes and all, become narrower; where that would
  // squeeze those side by side, they stand below each other.
  const arranged = (spec, room, width) => {
    const views = spec.hconcat ?? spec.vconcat;
    const widths = views?.map((view) => view.width) ?? [];
    if (width <= room || !widths.length || !widths.every(Number.isFinite)) return spec;
    const { hconcat, ...rest } = spec;
    const total = hconcat ? widths.reduce((sum, each) => sum + each) : Math.max(...widths);
    const share = (room - (width - total)) / total;
    const narrowed = (part) => views.map((view) => ({ ...view, width: Math.floor(part(view)) }));
    if (hconcat && share > 0.75) return { ...rest, hconcat: narrowed((view) => view.width * share) };
    const beside = (width - total) / (hconcat ? views.length : 1);
    return { ...rest, vconcat: narrowed((view) => Math.min(view.width, room - beside)) };
  };

  // A single view shrinks with its column. When that is narrow its legend stacks, and the title of
  // its horizontal axis reaches back below the labels of the vertical one. The page shows through.
  const fitted = (spec, room, width) => {
    const axis = { ...spec.config?.axis, labelSeparation: 6 };
    const config = { ...spec.config, axis, background: null };
    if (room < 440) {
      config.legend = { ...config.legend, direction: "vertical", columns: 1 };
      config.axisX = { ...config.axisX, titleAnchor: "end" };
    }
    if (!isSingle(spec)) return { ...arranged(spec, room, width), config };
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

  const view = async (spec, container) => {
    const vegaSpec = vegaLite.compile(spec).spec;
    const tooltip = new vega.Handler({ theme: root.dataset.theme === "dark" ? "dark" : "light" });
    const view = new vega.View(vega.parse(vegaSpec, null, { ast: true }), {
      container,
      expr: vega.expressionInterpreter, // of formulas: a server may forbid scripts to evaluate text
      hover: true,
      renderer: "svg",
      tooltip: tooltip.call,
    });
    await view.runAsync();
    return { view, signals: vegaSpec.signals ?? [] };
  };

  const drawInto = async (live, chart, before) => {
    const spec = JSON.parse(chart.querySelector("script").textContent);
    const picture = chart.querySelector("img");
    const width = parseFloat(picture.style.width) || picture.width;
    if (isSingle(spec)) live.style.maxWidth = `${width}px`;
    chart.append(live);
    const shown = recoloured(fitted(spec, live.clientWidth, width), exchange());
    const { view: drawing, signals } = await view(shown, live);
    if (before) {
      for (const { name, bind } of signals) {
        if (bind) drawing.signal(name, before.drawing.signal(name));
      }
      await drawing.runAsync();
      before.live.remove();
      before.drawing.finalize();
    }
    showValues(live, drawing, signals);
    chart.classList.add("is-live");
    drawn.set(chart, { drawing, live });
  };

  const draw = async (chart) => {
    const before = drawn.get(chart);
    drawn.set(chart, before ?? null);
    const live = document.createElement("div");
    live.className = "chart-live vega-embed";
    try {
      await ready();
      await drawInto(live, chart, before);
    } catch (error) {
      live.remove();
      console.debug("This chart stays a picture:", error);
    }
  };

  // To a reader who saves data Vega comes only when asked for.
  const offer = (chart) => {
    const button = document.createElement("button");
    button.className = "btn btn-sm btn-outline-primary";
    button.textContent = "Draw this chart live";
    button.addEventListener("click", () => {
      button.remove();
      draw(chart);
    });
    chart.append(button);
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

  const start = () => {
    const watcher = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          watcher.unobserve(target);
          if (navigator.connection?.saveData) offer(target);
          else draw(target);
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
