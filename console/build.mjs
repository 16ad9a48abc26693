/** Builds one script for each page of the console, `src/pages/<name>.ts`, into the service. */

import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "../widget/node_modules/esbuild/lib/main.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const OUT = resolve(process.argv[2] ?? join(HERE, "../service/console/static"));

mkdirSync(OUT, { recursive: true });
for (const file of readdirSync(join(HERE, "src/pages")).sort()) {
  const result = await esbuild.build({
    entryPoints: [join(HERE, "src/pages", file)],
    bundle: true,
    write: false,
    minify: true,
    charset: "utf8",
    target: ["es2022"],
    format: "esm",
    legalComments: "none",
    logLevel: "warning",
  });
  const name = `${basename(file, ".ts")}.js`;
  writeFileSync(join(OUT, name), result.outputFiles[0].text);
  console.log(`${name.padEnd(24)} ${String(result.outputFiles[0].text.length).padStart(6)} characters`);
}
