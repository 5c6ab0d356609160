// Writes the list of libraries that the about page shows, from the two lock
// files: every crate that cargo builds in and every npm package that is shipped.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';

const root = new URL('..', import.meta.url).pathname;
const found = new Map();
const add = (name, version, licence) =>
  found.set(`${name} ${version}`, { name, version, licence: licence ?? 'unknown' });

const meta = JSON.parse(
  execFileSync('cargo', ['metadata', '--format-version', '1', '--locked'], {
    cwd: root,
    maxBuffer: 256 * 1024 * 1024,
  }),
);
for (const crate of meta.packages) if (crate.source) add(crate.name, crate.version, crate.license);

const lock = JSON.parse(fs.readFileSync(`${root}/package-lock.json`, 'utf8'));
for (const [path, entry] of Object.entries(lock.packages)) {
  if (path.startsWith('node_modules/') && !entry.dev && !entry.optional) {
    add(path.replace(/^.*node_modules\//, ''), entry.version, entry.license);
  }
}
const rows = [...found.values()].sort((a, b) => a.name.localeCompare(b.name, 'en') || a.version.localeCompare(b.version));
fs.writeFileSync(`${root}/src/settings/licences.json`, `[\n${rows.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`);
console.log(`${rows.length} libraries`);
