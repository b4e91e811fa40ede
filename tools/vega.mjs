// What the site's charts need of Vega and Vega-Lite; `npm run vendor` bundles it into one script.
// Transforms that no chart of the book uses (maps, forces, trees, regressions) are left out. The
// interpreter draws where a server forbids scripts to evaluate text as code.
import { transforms } from "vega-dataflow";
import * as encoding from "vega-encode";
import { expressionInterpreter } from "vega-interpreter";
import { compile } from "vega-lite";
import { parse } from "vega-parser";
import { Handler } from "vega-tooltip";
import * as data from "vega-transforms";
import { View } from "vega-view";
import * as layout from "vega-view-transforms";

Object.assign(transforms, data, layout, encoding);

globalThis.vega = { Handler, View, expressionInterpreter, parse };
globalThis.vegaLite = { compile };
