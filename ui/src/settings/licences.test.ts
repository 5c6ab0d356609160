import fs from 'node:fs';
import { expect, it } from 'vitest';
import listed from './licences.json';

const read = (name: string): string => fs.readFileSync(`${import.meta.dirname}/${name}`, 'utf8');
const name = ({ name, version }: { name: string; version: string }) => `${name} ${version}`;

it('names every library of both lock files, and none that has gone: `npm run licences`', () => {
  const crates = read('../../../Cargo.lock').matchAll(
    /\[\[package\]\]\nname = "(.+)"\nversion = "(.+)"\nsource = /g,
  );
  const lock = JSON.parse(read('../../package-lock.json')) as {
    packages: Record<string, { version: string; dev?: boolean; optional?: boolean }>;
  };
  const packages = Object.entries(lock.packages)
    .filter(([path, entry]) => path.startsWith('node_modules/') && !entry.dev && !entry.optional)
    .map(([path, { version }]) => name({ name: path.replace(/^.*node_modules\//, ''), version }));
  const all = new Set([
    ...[...crates].map(([, name, version]) => `${name} ${version}`),
    ...packages,
  ]);
  expect(listed.map(name).sort()).toEqual([...all].sort());
});
