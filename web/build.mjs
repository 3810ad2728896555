// Builds the GraphiQL page's script, style sheet and licence list into gateway/http/static. The same lockfile gives the same bytes.
import { createHash } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const target = resolve(here, '../gateway/http/static');
const BANNER = '/* Licences of the bundled packages: LICENSES.txt */';

/** Packages that state a licence but ship no text of it: the package of the same authors whose text is theirs too. */
const TEXT_BESIDE = {
  '@graphiql/plugin-doc-explorer': 'graphiql',
  '@graphiql/plugin-explorer': 'graphiql',
  '@graphiql/plugin-history': 'graphiql',
  'react-compiler-runtime': 'react',
  'react-remove-scroll-bar': 'react-remove-scroll',
  'toggle-selection': 'copy-to-clipboard',
};

/** GraphiQL's own fonts (a quarter of a megabyte, and licences of their own) stay out; page.css names system fonts. */
const withoutFonts = {
  name: 'without-fonts',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8')).replace(/@font-face\s*\{[^}]*\}/g, ''),
      loader: 'css',
    }));
  },
};

/** The package.json of the package that a bundled file belongs to. */
async function packageOf(file) {
  for (let folder = dirname(file); folder !== here; folder = dirname(folder)) {
    const manifest = await readFile(join(folder, 'package.json'), 'utf8').then(JSON.parse, () => ({}));
    if (manifest.name && manifest.version) return { ...manifest, folder };
  }
  throw new Error(`${file} belongs to no package`);
}

/** The licence files of a package, as one text; '' when it ships none. */
async function licenceText(folder) {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)(\.|-|$)/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.map((text) => text.replace(/\r\n/g, '\n').trim()).join('\n\n');
}

async function licences(bundled) {
  const packages = new Map();
  for (const file of bundled.filter((name) => name.includes('node_modules/'))) {
    const found = await packageOf(resolve(here, file));
    packages.set(`${found.name} ${found.version}`, found);
  }
  const chapters = [];
  for (const title of [...packages.keys()].sort()) {
    const { folder, license, name } = packages.get(title);
    const sibling = TEXT_BESIDE[name];
    const text = await licenceText(sibling ? join(here, 'node_modules', sibling) : folder);
    if (!license || !text) throw new Error(`${title} states no licence`);
    const origin = sibling ? ` (the package ships no text; this is that of ${sibling}, by the same authors)` : '';
    chapters.push(`${title}\nLicence: ${license}${origin}\n\n${text}\n`);
  }
  const opening = `The GraphiQL page bundles these ${chapters.length} packages. Each stands under its own licence:\n`;
  return [opening, ...chapters].join(`\n${'='.repeat(80)}\n\n`);
}

const { metafile, outputFiles } = await build({
  absWorkingDir: here,
  entryPoints: { graphiql: 'src/page.jsx' },
  outdir: target,
  write: false,
  bundle: true,
  minify: true,
  metafile: true,
  format: 'esm',
  target: 'es2022',
  charset: 'utf8',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  legalComments: 'none',
  banner: { js: BANNER, css: BANNER },
  plugins: [withoutFonts],
});

const bundled = Object.values(metafile.outputs).flatMap(({ inputs }) =>
  Object.keys(inputs).filter((name) => inputs[name].bytesInOutput > 0),
);
const files = outputFiles.map(({ path, contents }) => [path, contents]);
files.push([join(target, 'LICENSES.txt'), Buffer.from(await licences([...new Set(bundled)]))]);
for (const [path, contents] of files) {
  await writeFile(path, contents);
  const digest = createHash('sha256').update(contents).digest('hex');
  console.log(`${digest}  ${path.slice(target.length + 1)}  ${contents.length} bytes`);
}
