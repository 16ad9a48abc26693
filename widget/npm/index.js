/** Loads the thread from your own service, whose release decides what comes; types are in index.d.ts. */

const entry = (service) => import(/* @vite-ignore */ /* webpackIgnore: true */ `${service.replace(/\/*$/, "/")}embed.mjs`);

export async function mount(container, options) {
  const { mount: place } = await entry(options.service);
  return place(container, options);
}

export async function counts(root, options) {
  const { counts: fill } = await entry(options.service);
  fill(root, options);
}
