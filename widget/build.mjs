/** Builds every file that the service serves to readers' pages, with hashed names, and the manifest of them. */

import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const CATALOGUES = resolve(process.env.CATALOGUES ?? join(HERE, "../service/i18n/catalogues"));
const OUT = resolve(process.argv[2] ?? join(HERE, "../service/widget/static"));
const WIDGET_KEYS =
  /^(meta\.direction|time\.now|trap\.|thread\.(?!linked)|comment\.(?!permalink)|form\.(?!kept|sending|checked|limit))/;
const EXTRAS_KEYS =
  /^(vote\.|report\.|own\.|extra\.|preview\.|news\.|comment\.rejected$|form\.(kept|send)|error\.(?!wrong_type)|problem\.)/;

const WORK_KEYS = /^work\./;

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

/** Stops the build when a text is missing, too many, or lacks a plural form that its language has. */
function checkCatalogues(languages) {
  const all = languages.map((language) => [language, catalogue(language, /./)]);
  const english = Object.keys(all.find(([language]) => language === "en")[1]);
  const used = readdirSync(join(HERE, "src"))
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => [...readFileSync(join(HERE, "src", file), "utf8").matchAll(/\bt\(\s*"([\w.-]+)"/g)])
    .map(([, key]) => key);
  const faults = [];
  for (const [language, texts] of all) {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    for (const key of new Set([...english, ...used])) if (!(key in texts)) faults.push(`${language}: no text for ${key}`);
    for (const [key, text] of Object.entries(texts)) {
      if (!english.includes(key)) faults.push(`${language}: ${key} is not in en.json`);
      if (typeof text === "string") continue;
      for (const form of pluralCategories) if (!(form in text)) faults.push(`${language}: ${key} has no form "${form}"`);
    }
  }
  if (faults.length) throw new Error(`the catalogues are not complete:\n${faults.join("\n")}`);
}

const languages = readdirSync(CATALOGUES).map((file) => file.replace(".json", "")).sort();
checkCatalogues(languages);
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const bundles = {};
const worker = emit("worker.js", await script("worker.ts", {}, "esm"));
for (const language of languages) {
  const texts = (keys) => ({
    LANGUAGE: JSON.stringify(language),
    CATALOGUE: JSON.stringify(catalogue(language, keys)),
  });
  const work = emit(`work-${language}.js`, await script("work.ts", { ...texts(WORK_KEYS), WORKER: JSON.stringify(`./${worker}`) }, "esm"));
  const later = { ...texts(EXTRAS_KEYS), WORK: JSON.stringify(`./${work}`) };
  const extras = emit(`extras-${language}.js`, await script("extras.ts", later, "esm"));
  const define = { ...texts(WIDGET_KEYS), EXTRAS: JSON.stringify(`./${extras}`) };
  bundles[language] = emit(`widget-${language}.js`, await script("element.ts", define, "esm"));
}
for (const name of ["thread.css", "demo.css", "gallery.css"]) emit(name, await style(join(HERE, "style", name)));
emit("gallery.js", await script("gallery.ts", {}, "iife"));
emit("icon.svg", readFileSync(join(HERE, "style/icon.svg"), "utf8").trim());

const known = { BUNDLES: JSON.stringify(bundles) };
writeFileSync(join(OUT, "embed.js"), await script("loader.ts", known, "iife"));
writeFileSync(join(OUT, "embed.mjs"), await script("module.ts", known, "esm"));
writeFileSync(join(OUT, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);

for (const name of ["embed.js", "embed.mjs", ...Object.values(manifest)]) {
  const bytes = readFileSync(join(OUT, name));
  console.log(`${name.padEnd(32)} ${String(bytes.length).padStart(6)} bytes ${String(gzipSync(bytes, { level: 9 }).length).padStart(6)} gzip`);
}
