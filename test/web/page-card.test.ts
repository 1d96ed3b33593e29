/** Terminals where there is a graphics card. Here the CPU plays one, under a name that the page takes for a card's. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../support/until.ts';
import { openBrowser, openPage } from '../support/web/browser.ts';
import { KEYS, NOW } from '../support/web/fake-fleet.ts';
import { FakeUi } from '../support/web/fake-ui.ts';

const SCREEN = '.session:not([hidden]) .xterm-screen';
/** Of a first line of text at the very least. */
const LEAST_DRAWN = 200;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

/** In the page, before anything of its own. */
function nameCard(): void {
  const ask = WebGL2RenderingContext.prototype.getParameter;
  WebGL2RenderingContext.prototype.getParameter = function (name) {
    const answer: unknown = ask.call(this, name);
    return typeof answer === 'string' && /swiftshader/i.test(answer) ? 'A Card' : answer;
  };
}

/** How many points of the terminal that is shown are not of the colour that most of them have. */
async function drawn(page: Page): Promise<number> {
  const picture = await page.locator(SCREEN).screenshot();
  return await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes]));
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context?.drawImage(bitmap, 0, 0);
    const image = context?.getImageData(0, 0, bitmap.width, bitmap.height);
    const points = new Uint32Array(image?.data.buffer ?? new ArrayBuffer(0));
    const counts = new Map<number, number>();
    for (const point of points) counts.set(point, (counts.get(point) ?? 0) + 1);
    return points.length - Math.max(...counts.values());
  }, picture.toString('base64'));
}

it('draws by the card, also what is shown again, and without it once the card is taken away', async () => {
  await using fake = await FakeUi.start();
  const { page, context, complaints } = await openPage(browser, { now: NOW });
  await page.addInitScript(nameCard);
  for (const key of [0, 1, 4, 5, 0].map((index) => KEYS[index] ?? '')) {
    await page.goto(`${fake.url}#/session/${encodeURIComponent(key)}`);
    await page.locator(`${SCREEN} canvas`).first().waitFor();
    await page.locator(`${SCREEN} .xterm-rows`).waitFor({ state: 'detached' });
    await until(async () => (await drawn(page)) > LEAST_DRAWN, { what: 'text is drawn' });
  }
  await page.evaluate((screen) => {
    for (const canvas of document.querySelectorAll<HTMLCanvasElement>(`${screen} canvas`))
      canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context')?.loseContext();
  }, SCREEN);
  await page.locator(`${SCREEN} .xterm-rows`).waitFor();
  await until(async () => (await drawn(page)) > LEAST_DRAWN, { what: 'the browser draws it' });
  expect(complaints).toEqual([]);
  await context.close();
});
