// Every page in Chromium: small and large fleets, light and dark, wide and narrow, with and
// without script, with miners that try to inject some.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { contrastFaults, structureFaults } from './checks.mjs';
import { kMark, startHostileMiner } from './hostile_miner.mjs';
import { network, openPage, startBrowser, startExporter, startFarm, until } from './world.mjs';

const shot = (page, name) => page.screenshot({ path: join(process.env.ANTX_SCREENSHOTS, `${name}.png`) });

const pagesOf = (address) => ({
  home: '/',
  dashboard: '/dashboard/',
  one: `/dashboard/?ip=${address}`,
  miners: '/dashboard/miners',
  miner: `/dashboard/miner/${address}`,
  events: '/dashboard/logs',
  errors: '/dashboard/logs?log=errors',
});
const kLooks = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  { name: 'phone', options: { colorScheme: 'light', viewport: { width: 360, height: 800 } } },
  { name: 'phone-dark', options: { colorScheme: 'dark', viewport: { width: 360, height: 800 } } },
  { name: 'tablet', options: { colorScheme: 'light', viewport: { width: 800, height: 1000 } } },
  { name: 'laptop', options: { colorScheme: 'light', viewport: { width: 1024, height: 768 } } },
];

let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser?.close());

/// Visits every page in every look.
const visitAll = (size, world, looks) => {
  for (const look of looks) {
    test(`every page, ${look.name}`, async () => {
      const { page, context, faults } = await openPage(browser, world.exporter.base, look.options);
      for (const [name, path] of Object.entries(pagesOf(world.address))) {
        const answer = await page.goto(world.exporter.base + path, { waitUntil: 'load' });
        assert.equal(answer.status(), 200, path);
        const headers = answer.headers();
        assert.equal(headers['content-type'], 'text/html; charset=utf-8');
        assert.equal(headers['content-security-policy'], "default-src 'self'");
        assert.equal(headers['x-content-type-options'], 'nosniff');
        assert.deepEqual(await page.evaluate(structureFaults), [], `${path} ${look.name}`);
        assert.deepEqual(await page.evaluate(contrastFaults), [], `${path} ${look.name}`);
        await shot(page, `${size}-${name}-${look.name}`);
      }
      assert.deepEqual(faults, []);
      await context.close();
    });
  }
};

describe('three miners', () => {
  const world = {};
  before(async () => {
    const net = network(0);
    world.address = `${net}.0.1`;
    world.farm = await startFarm(3, world.address, ['--mix', 's19pro:1']);
    world.exporter = await startExporter(`${net}.0.0/24`, 3);
  });
  after(async () => {
    await world.exporter?.stop();
    world.exporter?.remove();
    await world.farm?.stop();
  });

  visitAll('three', world, kLooks);

  test('fresh figures come without a reload, and the chosen row stays chosen', async () => {
    const { page, context, faults } = await openPage(browser, world.exporter.base);
    await page.goto(`${world.exporter.base}/dashboard/miners?sort=miner`);
    await page.evaluate(() => { window.sameDocument = true; });
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const second = () => page.evaluate(() => document.activeElement.closest('tr')?.dataset.key);
    const key = await second();
    assert.ok(key);
    await world.farm.control('fault', world.address, 'dead_fan', '1');
    await page.getByText('fan 1 stands still').waitFor({ timeout: 60000 });
    assert.equal(await second(), key);
    assert.equal(await page.evaluate(() => window.sameDocument), true);
    await world.farm.control('clear', 'all');
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('keys: search, rows, open', async () => {
    const { page, context } = await openPage(browser, world.exporter.base);
    await page.goto(`${world.exporter.base}/`);
    await page.keyboard.press('/');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'q');
    await page.keyboard.type(`${world.address}/j`);
    assert.equal(await page.inputValue('#q'), `${world.address}/j`, 'keys typed into a field are text');
    await page.fill('#q', world.address);
    await Promise.all([page.waitForURL(/\/dashboard\/miners\?q=/), page.keyboard.press('Enter')]);
    assert.equal(await page.locator('tr[data-key]').count(), 1);
    await page.goto(`${world.exporter.base}/dashboard/miners?sort=miner`);
    const row = () => page.evaluate(() => document.activeElement.textContent);
    const names = await page.locator('a.row').allTextContents();
    for (const [pressed, at] of [['j', 0], ['j', 1], ['ArrowDown', 2], ['j', 2], ['ArrowUp', 1], ['k', 0], ['k', 0]]) {
      await page.keyboard.press(pressed);
      assert.equal(await row(), names[at], pressed);
    }
    await Promise.all([page.waitForURL(/\/dashboard\/miner\//), page.keyboard.press('Enter')]);
    assert.equal(await page.locator('h1').textContent(), names[0]);
    await context.close();
  });

  test('all works without script', async () => {
    const { page, context } = await openPage(browser, world.exporter.base, { javaScriptEnabled: false });
    await page.goto(`${world.exporter.base}/dashboard/miners`);
    assert.equal(await page.locator('noscript').count(), 1);
    await page.getByRole('link', { name: 'Hashrate' }).click();
    assert.match(page.url(), /sort=hashrate&order=desc/);
    await page.fill('#q', world.address);
    await page.getByRole('button', { name: 'Filter' }).click();
    assert.equal(await page.locator('tr[data-key]').count(), 1);
    await page.locator('a.row').click();
    assert.match(page.url(), /\/dashboard\/miner\//);
    await context.close();
  });

  test('links of the frame lead somewhere', async () => {
    const { page, context } = await openPage(browser, world.exporter.base);
    await page.goto(`${world.exporter.base}/`);
    const paths = await page.evaluate(() => [...document.querySelectorAll('a[href^="/"]')].map((link) => link.getAttribute('href')));
    for (const path of new Set(paths)) {
      const answer = await fetch(world.exporter.base + path);
      assert.equal(answer.status, 200, path);
      await answer.arrayBuffer();
    }
    await context.close();
  });

  test('a page says when the exporter is silent', async () => {
    const { page, context } = await openPage(browser, world.exporter.base);
    await page.goto(`${world.exporter.base}/`);
    await context.setOffline(true);
    await page.getByText('what you see is old').waitFor({ timeout: 60000 });
    await shot(page, 'three-home-silent');
    await context.setOffline(false);
    await page.getByText('what you see is old').waitFor({ state: 'hidden', timeout: 60000 });
    await context.close();
  });
});

describe('a miner that injects markup', () => {
  const world = {};
  before(async () => {
    const net = network(1);
    world.address = `${net}.0.1`;
    world.miner = await startHostileMiner(world.address);
    world.exporter = await startExporter(`${net}.0.0/29`, 1);
  });
  after(async () => {
    await world.exporter?.stop();
    world.exporter?.remove();
    await world.miner?.stop();
  });

  test('its texts stay texts on every page', async () => {
    const { page, context, faults } = await openPage(browser, world.exporter.base);
    await page.goto(`${world.exporter.base}/dashboard/miner/${world.address}`);
    // What it says does arrive: else this test would prove nothing.
    const text = await page.locator('main').textContent();
    for (const mark of ['pool', 'worker']) assert.ok(text.includes(`window.hit='${mark}'`), mark);
    assert.ok(text.includes(kMark));
    world.miner.changePool();
    await until('an event with markup', async () => {
      const answer = await fetch(`${world.exporter.base}/dashboard/logs`);
      return (await answer.text()).includes('second&lt;img');
    });
    const paths = [...Object.values(pagesOf(world.address)), '/dashboard/miners?q=%3Cscript%3Ewindow.hit=1%3C/script%3E',
      '/dashboard/miner/%3Cscript%3Ewindow.hit=1%3C%2Fscript%3E', '/dashboard/?ip=%22%3E%3Cscript%3Ewindow.hit=1%3C/script%3E'];
    for (const path of paths) {
      await page.goto(world.exporter.base + path);
      assert.equal(await page.evaluate(() => window.hit), undefined, path);
      assert.equal(await page.locator('img[onerror], script:not([src="/static/app.js"])').count(), 0, path);
    }
    // Answers with status 400 and 404 are told on the console; nothing else may be there.
    assert.deepEqual(faults.filter((fault) => !fault.includes('the server responded with a status of 40')), []);
    await shot(page, 'hostile');
    await context.close();
  });
});

describe('five thousand miners', () => {
  const world = {};
  before(async () => {
    const net = network(2);
    world.address = `${net}.0.1`;
    world.farm = await startFarm(5000, world.address, ['--frozen']);
    // One of them is ill.
    await world.farm.control('fault', `${net}.0.7`, 'dead_fan', '1');
    world.exporter = await startExporter(`${net}.0.1-${net}.19.136`, 5000, { POLL_INTERVAL: '60' });
  });
  after(async () => {
    await world.exporter?.stop();
    world.exporter?.remove();
    await world.farm?.stop();
  });

  visitAll('many', world, kLooks.slice(0, 3));

  test('pages, order and filters cover all of them', async () => {
    const { page, context, faults } = await openPage(browser, world.exporter.base);
    await page.goto(`${world.exporter.base}/dashboard/miners?sort=miner&per_page=200`);
    const seen = new Set();
    for (let pages = 0; pages < 30; pages += 1) {
      const { keys, next } = await page.evaluate(() => ({
        keys: [...document.querySelectorAll('tr[data-key]')].map((row) => row.dataset.key),
        next: document.querySelector('.pager a[rel=next]')?.href,
      }));
      for (const key of keys) seen.add(key);
      if (!next) break;
      await page.goto(next, { waitUntil: 'domcontentloaded' });
    }
    assert.equal(seen.size, 5000);
    await page.goto(`${world.exporter.base}/dashboard/miners`);
    await Promise.all([page.waitForURL(/model=/), page.selectOption('select[name=model]', { label: 'Antminer S19' })]);
    const models = await page.locator('tr[data-key] td[data-label=Model]').allTextContents();
    assert.equal(models.length, 50);
    for (const model of models) assert.ok(model.startsWith('Antminer S19'), model);
    assert.deepEqual(faults, []);
    await context.close();
  });
});
