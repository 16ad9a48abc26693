/** Builds every file that the service serves to readers' pages, with hashed names, and the manifest of them. */

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const CATALOGUES = join(HERE, "../service/i18n/catalogues");
const OUT = resolve(process.argv[2] ?? join(HERE, "../service/widget/static"));
const WIDGET_KEYS = /^(meta\.direction|thread\.|comment\.|form\.|error\.(?!wrong_type)|problem\.|time\.now)/;
const EXTRAS_KEYS = /^(vote\.|report\.|own\.|extra\.|error\.(body\.|required|too_long|invalid|forbidden_character))/;

const shared = {
  bundle: true,
  write: false,
  minify: true,
  charset: "utf8",
  target: ["es2022"],
  legalComments: "none",
  logLevel: "warning",
};

const minifiedStyle = {
  name: "minified-style",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => ({ contents: await style(path), loader: "text" }));
  },
};

async function style(path) {
  const { code } = await esbuild.transform(readFileSync(path, "utf8"), { loader: "css", minify: true, charset: "utf8" });
  return code.trim();
}

async function script(entry, define, format) {
  const result = await esbuild.build({
    ...shared,
    entryPoints: [join(HERE, "src", entry)],
    define,
    format,
    plugins: [minifiedStyle],
  });
  return result.outputFiles[0].text;
}

function catalogue(language, keys) {
  const all = JSON.parse(readFileSync(join(CATALOGUES, `${language}.json`), "utf8"));
  return Object.fromEntries(Object.entries(all).filter(([key]) => keys.test(key)));
}

const manifest = {};

function emit(logical, text) {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  const name = logical.replace(/(\.\w+)$/, `.${hash}$1`);
  writeFileSync(join(OUT, name), text);
  manifest[logical] = name;
  return name;
}

rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });

const languages = readdirSync(CATALOGUES).map((file) => file.replace(".json", "")).sort();
const bundles = {};
for (const language of languages) {
  const texts = (keys) => ({
    LANGUAGE: JSON.stringify(language),
    CATALOGUE: JSON.stringify(catalogue(language, keys)),
  });
  const extras = emit(`extras-${language}.js`, await script("extras.ts", texts(EXTRAS_KEYS), "esm"));
  const define = { ...texts(WIDGET_KEYS), EXTRAS: JSON.stringify(`./${extras}`) };
  bundles[language] = emit(`widget-${language}.js`, await script("element.ts", define, "esm"));
}
for (const name of ["thread.css", "demo.css"]) emit(name, await style(join(HERE, "style", name)));
emit("icon.svg", readFileSync(join(HERE, "style/icon.svg"), "utf8").trim());

const loader = await script("loader.ts", { BUNDLES: JSON.stringify(bundles) }, "iife");
writeFileSync(join(OUT, "embed.js"), loader);
writeFileSync(join(OUT, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

for (const name of ["embed.js", ...Object.values(manifest)]) {
  const bytes = readFileSync(join(OUT, name));
  console.log(`${name.padEnd(32)} ${String(bytes.length).padStart(6)} bytes ${String(gzipSync(bytes, { level: 9 }).length).padStart(6)} gzip`);
}
