// The real core behind a browser: a fresh sample profile, the loopback host on a
// free port and the built page beside it. Everything ends with the test process.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ui = path.resolve(import.meta.dirname, '..');
const dist = path.join(ui, 'dist');
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
};

/** The page as it was built, from a free loopback port. */
async function page() {
  if (!fs.existsSync(path.join(dist, 'index.html')))
    throw new Error('ui/dist is missing: run `npm run build` first.');
  const server = http.createServer((request, response) => {
    const name = new URL(request.url, 'http://localhost').pathname;
    const file = path.join(dist, path.normalize(name === '/' ? '/index.html' : name));
    if (!file.startsWith(dist) || !fs.existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
    });
    fs.createReadStream(file).pipe(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** The first whole line a process prints. */
async function firstLine(child) {
  let text = '';
  let told = '';
  child.stderr.on('data', (part) => (told += part));
  for await (const part of child.stdout) {
    text += part;
    try {
      return JSON.parse(text);
    } catch {
      // Not all of it yet.
    }
  }
  throw new Error(`The host ended before it said where it is. ${told}`);
}

/** Starts it all. `sample: false` leaves the profile empty. */
export async function start({ sample = true } = {}) {
  const binary = process.env.RAPPORT_BIN;
  if (!binary) throw new Error('RAPPORT_BIN names no rapport binary.');
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'rapport-e2e-'));
  const env = {
    ...process.env,
    RAPPORT_HOME: path.join(home, 'profile'),
    RAPPORT_PASSPHRASE: 'browser test',
  };
  const rapport = (...words) =>
    run(binary, ['--no-keychain', ...words], { env, maxBuffer: 64 * 1024 * 1024 });
  await rapport('init');
  if (sample) {
    await rapport('sample');
    await rapport('sync');
  }
  const server = await page();
  const origin = `http://127.0.0.1:${server.address().port}`;
  const child = spawn(binary, ['--no-keychain', '--json', 'serve', '--watch', '--origin', origin], {
    env,
  });
  const { url, token } = await firstLine(child);
  child.stdout.resume();
  return {
    /** The page's address for a place such as `/inbox`. */
    at: (place) =>
      `${origin}/#host=${encodeURIComponent(url)}&token=${token}&go=${encodeURIComponent(place)}`,
    /** Asks the core past the page, as an independent witness. */
    async call(name, request = {}) {
      const answer = await fetch(`${url}/call/${name}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(request),
      });
      const value = await answer.json();
      if (!answer.ok) throw new Error(`${name}: ${value.message}`);
      return value;
    },
    async stop() {
      server.close();
      server.closeAllConnections();
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}
