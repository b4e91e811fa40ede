// Start the deck once its mathematics is set and each slide's letters are as large as its text
// allows. Beside reveal.js's own keys, D changes between light and dark. A slider gives the arrow
// keys back to the slides when the pointer lets go of it, and on Escape.
(() => {
  const root = document.documentElement;
  const [LARGEST, SMALLEST] = [34, 20]; // pixels of a slide that is 720 high

  const fits = (body) =>
    body.scrollHeight <= body.clientHeight && body.scrollWidth <= body.clientWidth;

  const fit = (slide) => {
    const body = slide.querySelector(".body");
    slide.style.display = "flex";
    let size = slide.matches(".question") ? 40 : LARGEST;
    do body.style.fontSize = `${size--}px`;
    while (!fits(body) && size >= SMALLEST);
    slide.style.display = "";
  };

  const start = async () => {
    await window.MathJax.startup.promise;
    await document.fonts.ready;
    document.querySelectorAll(".slides > section").forEach(fit);
    await Reveal.initialize({
      width: 1280,
      height: 720,
      margin: 0,
      center: false,
      display: "flex",
      hash: true,
      slideNumber: "c/t",
      showSlideNumber: "all",
      transition: "none",
      backgroundTransition: "none",
      defaultTiming: 120, // each slide has its own; with this the speaker's clock shows the pace
      keyboard: {
        68: () => {
          root.dataset.theme = root.dataset.theme === "dark" ? "light" : "dark";
        },
      },
      plugins: [RevealNotes],
    });
    const release = ({ target }) => target.matches?.("input[type=range]") && target.blur();
    addEventListener("pointerup", release);
    addEventListener("keydown", (event) => event.key === "Escape" && release(event));
  };

  addEventListener("load", start);
})();
