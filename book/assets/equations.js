// An equation wider than its column scrolls within its box; so that keys can scroll it too, the box
// takes the focus while it is too narrow.
(() => {
  const settle = () => {
    for (const equation of document.querySelectorAll("mjx-container[display]")) {
      if (equation.scrollWidth > equation.clientWidth) equation.tabIndex = 0;
      else equation.removeAttribute("tabindex");
    }
  };
  addEventListener("load", async () => {
    await window.MathJax?.startup?.promise;
    settle();
    addEventListener("resize", settle);
    addEventListener("toggle", settle, true);
  });
})();
