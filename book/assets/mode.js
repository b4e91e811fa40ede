// Before anything is drawn: the colour mode that a reader chose, or else the system's. Paper is light.
(() => {
  const page = document.documentElement.dataset;
  const chosen = localStorage.getItem("mode");
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  page.mode = chosen ?? "auto";
  page.theme = (chosen && localStorage.getItem("theme")) ?? (dark ? "dark" : "light");
  let theme;
  addEventListener("beforeprint", () => {
    theme = page.theme;
    page.theme = "light";
  });
  addEventListener("afterprint", () => {
    page.theme = theme;
  });
})();
