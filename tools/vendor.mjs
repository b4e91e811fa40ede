// The second half of `npm run vendor`: one script of the parts of Vega that the charts use, fonts
// without the weights and letters that the site never shows, icons as a style sheet.
import { build } from "esbuild";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import subsetFont from "subset-font";

const SITE = "book/assets/vendor";
const WEIGHTS = { wght: { min: 400, max: 700 } };
// By the theme's names, of the buttons that it makes, whatever address a repository has.
const ICONS = {
  solid: ["angle-left", "angle-right", "arrow-up", "bars", "chevron-down", "circle-half-stroke",
    "code", "download", "expand", "file", "file-lines", "file-pdf", "lightbulb", "list",
    "magnifying-glass", "moon", "pencil", "pencil-alt", "rocket", "sun", "xmark"],
  brands: ["bitbucket", "github", "gitlab"],
};
const RENAMED = { "pencil-alt": "pencil" };

// Letters of the European languages, modern Greek, punctuation, arrows, signs of mathematics.
const letters = [[0x20, 0x17f], [0x1c0, 0x24f], [0x2b0, 0x2ff], [0x300, 0x312], [0x386, 0x3d6],
  [0x1e00, 0x1eff], [0x2000, 0x206f], [0x20a0, 0x20bf], [0x2100, 0x22ff], [0xfffd, 0xfffd]]
  .flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at))
  .map((point) => String.fromCodePoint(point))
  .join("");

const subsetFonts = async () => {
  for (const family of readdirSync(`${SITE}/fonts`)) {
    for (const name of readdirSync(`${SITE}/fonts/${family}`)) {
      if (!name.endsWith(".woff2")) continue;
      const path = `${SITE}/fonts/${family}/${name}`;
      const options = { targetFormat: "woff2", variationAxes: WEIGHTS };
      const subset = await subsetFont(readFileSync(path), letters, options);
      writeFileSync(path, subset);
    }
  }
};

const drawIcons = () => {
  const rules = Object.entries(ICONS).flatMap(([style, names]) =>
    names.map((name) => {
      const file = RENAMED[name] ?? name;
      const source = `node_modules/@fortawesome/fontawesome-free/svgs/${style}/${file}.svg`;
      const picture = readFileSync(source, "utf8").replace(/<!--.*?-->/s, "");
      const address = picture.replaceAll('"', "'").replaceAll("<", "%3C").replaceAll(">", "%3E");
      return `.fa-${name} { --icon: url("data:image/svg+xml,${address}"); }`;
    }),
  );
  const note = "/* Font Awesome Free, icons under CC BY 4.0; written by `npm run vendor`. */";
  writeFileSync(`${SITE}/fontawesome/icons.css`, `${note}\n${rules.join("\n")}\n`);
};

await build({
  entryPoints: ["tools/vega.mjs"],
  outfile: `${SITE}/vega/vega.js`,
  alias: { vega: "vega-util" }, // all that Vega-Lite takes from it
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2022",
  legalComments: "none",
});
await subsetFonts();
drawIcons();
