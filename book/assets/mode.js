// Before anything is drawn: a reader who never chose a colour mode gets the system's. Paper is light.
(() => {
  const page = document.documentElement.dataset;
  if (!localStorage.getItem("mode")) {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    Object.assign(page, { mode: "auto", theme: dark ? "dark" : "light" });
  }
  let theme;
  addEventListener("beforeprint", () => {
    theme = page.theme;
    page.theme = "light";
  });
  addEventListener("afterprint", () => {
    page.theme = theme;
  });
})();
