// Real programs on loopback and a real browser, for the tests of the pages.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

/// "127.A": a network that other tests (loopback.py) do not use; `offset` gives another one.
export const network = (offset) => `127.${200 + ((process.pid + offset) % 50)}`;

/// Waits until `condition` holds; its last error or value is told when it never does.
export const until = async (what, condition, seconds = 60) => {
  const end = Date.now() + seconds * 1000;
  let last;
  while (Date.now() < end) {
    try {
      last = await condition();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not happen within ${seconds} s, last: ${last}`);
};

const canListen = (port) => new Promise((resolve) => {
  const server = createServer().once('error', () => resolve(false));
  server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
});

/// Below the ports of outgoing connections, one of which would be in a server's way.
const freePort = async () => {
  for (;;) {
    const port = 20000 + Math.floor(Math.random() * 12000);
    if (await canListen(port)) return port;
  }
};

const start = (program, args, env) => {
  const child = spawn(program, args, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  return {
    text: () => Buffer.concat(output).toString(),
    stop: async () => {
      if (child.exitCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
};

const runControl = (control, words) => new Promise((resolve, reject) => {
  const child = spawn(process.env.ANTX_FARM, ['ctl', '--control', control, ...words], { stdio: 'ignore' });
  child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`ctl ${words.join(' ')}: ${code}`))));
});

/// A simulated farm; `control(...)` steers it.
export const startFarm = async (miners, base, extra = []) => {
  const control = `127.0.0.1:${await freePort()}`;
  const farm = start(process.env.ANTX_FARM, ['--miners', String(miners), '--base', base, '--control', control, ...extra]);
  await until('the simulator', () => farm.text().includes('ready'));
  return {
    stop: farm.stop,
    control: (...words) => runControl(control, words),
  };
};

/// An exporter on `ranges`, which must lie in 127.0.0.0/8; ready when every miner was asked once.
export const startExporter = async (ranges, miners, settings = {}) => {
  if (!ranges.startsWith('127.')) throw new Error(`${ranges} is not loopback`);
  const folder = mkdtempSync(join(tmpdir(), 'antx-pages-'));
  const port = await freePort();
  const exporter = start(process.env.ANTX_EXPORTER, [], {
    MINER_IP_RANGE: ranges,
    LISTEN_ADDRESS: `127.0.0.1:${port}`,
    DISCOVERY_MDNS: 'false',
    STORAGE_PATH: join(folder, 'metrics.db'),
    LOG_FORMAT: 'text',
    POLL_INTERVAL: '1',
    ...settings,
  });
  const base = `http://127.0.0.1:${port}`;
  await until('a full first cycle', async () => {
    const list = await (await fetch(`${base}/api/miners`)).json();
    return list.length === miners && list.every((miner) => miner.state !== null) &&
      (await fetch(`${base}/-/ready`)).ok;
  }, 180).catch((error) => { throw new Error(`${error.message}\n${exporter.text()}`); });
  return {
    base,
    stop: exporter.stop,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
};

/// Chromium; `--no-sandbox` because tests may run as root in a container.
export const startBrowser = () => chromium.launch({ executablePath: process.env.ANTX_BROWSER, args: ['--no-sandbox'] });

/// A page that collects what must not happen: errors, and requests to elsewhere.
export const openPage = async (browser, base, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  const faults = [];
  await context.route('**/*', (route) => {
    if (route.request().url().startsWith(`${base}/`)) return route.continue();
    faults.push(`request to ${route.request().url()}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`script: ${error}`));
  page.on('dialog', (dialog) => { faults.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  return { page, context, faults };
};
