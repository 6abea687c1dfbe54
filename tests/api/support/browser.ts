// A person's browser: Chromium with storage of its own for each case, watched for whatever a page does wrong.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type BrowserContext, type Locator, type Page, type Response } from 'playwright-core';
import { afterAll, afterEach, expect } from 'vitest';
import { layoutFlaws } from './layout.ts';
import { organizationLoginPath } from './people.ts';
import { mainStack, type Stack } from './stack.ts';
import { keepSecret } from './evidence.ts';

const executable = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export const phone = { width: 375, height: 667 };
export const narrow = { width: 360, height: 740 };
export const desktop = { width: 1280, height: 860 };

let running: Promise<Browser> | undefined;
// Debian's Chromium refuses its sandbox to root; what it opens here is our own server alone.
const browser = () => (running ??= chromium.launch({ executablePath: executable, args: ['--no-sandbox', '--disable-dev-shm-usage'] }));

const open: Tab[] = [];

export interface Look {
  viewport?: { width: number; height: number };
  dark?: boolean;
  timezoneId?: string;
}

export interface Who {
  email: string;
  password: string;
  organizationId?: string;
}

/** One window with its own cookies and storage. */
export class Tab {
  /** What must not happen: policy breaches, uncaught errors, answers of 5xx. */
  readonly problems: string[] = [];
  private underway = 0;

  private constructor(
    readonly stack: Stack,
    readonly context: BrowserContext,
    readonly page: Page,
  ) {}

  static async open(look: Look = {}, stack: Stack = mainStack()): Promise<Tab> {
    const context = await (await browser()).newContext({
      baseURL: stack.facts.origin,
      viewport: look.viewport ?? desktop,
      colorScheme: look.dark ? 'dark' : 'light',
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: look.timezoneId ?? 'UTC',
      acceptDownloads: true,
    });
    const page = await context.newPage();
    const tab = new Tab(stack, context, page);
    page.setDefaultTimeout(8_000);
    page.on('pageerror', (cause) => tab.problems.push(`uncaught: ${cause.message}`));
    page.on('console', (line) => {
      if (/Content Security Policy|TrustedHTML|Refused to/.test(line.text())) tab.problems.push(line.text());
    });
    page.on('request', () => (tab.underway += 1));
    page.on('requestfinished', () => (tab.underway -= 1));
    page.on('requestfailed', () => (tab.underway -= 1));
    page.on('response', (answer) => {
      if (answer.status() >= 500) tab.problems.push(`${answer.status()} ${answer.url()}`);
    });
    open.push(tab);
    return tab;
  }

  /** The same, signed in without going through the page. */
  static async of(who: Who, look: Look = {}, stack: Stack = mainStack()): Promise<Tab> {
    const { email, password, organizationId } = who;
    const answer = await stack.client.post(organizationLoginPath, { email, password, organizationId });
    if (answer.status !== 200) throw new Error(`sign-in answered ${answer.status}: ${answer.text}`);
    return Tab.holding(keepSecret('token', email, answer.json.token as string), look, stack);
  }

  /** With the session of this token. */
  static async holding(value: string, look: Look = {}, stack: Stack = mainStack()): Promise<Tab> {
    const tab = await Tab.open(look, stack);
    const { hostname } = new URL(stack.facts.origin);
    await tab.context.addCookies([{ name: 'token', value, domain: hostname, path: '/', httpOnly: true, secure: true, sameSite: 'Lax' }]);
    return tab;
  }

  at(testid: string): Locator {
    return this.page.getByTestId(testid);
  }

  /** Loads a page anew, as somebody who types its address. */
  async go(path: string): Promise<Response | null> {
    return this.page.goto(path, { waitUntil: 'load' });
  }

  get path(): string {
    return new URL(this.page.url()).pathname;
  }

  async arrives(path: string): Promise<void> {
    await this.page.waitForURL((url) => url.pathname === path);
  }

  /** Visible in time, and the only one of its name. */
  async sees(testid: string): Promise<Locator> {
    const found = this.at(testid);
    await found.waitFor({ state: 'visible' });
    return found;
  }

  async misses(testid: string): Promise<void> {
    await this.at(testid).waitFor({ state: 'detached' });
    expect(await this.at(testid).count()).toBe(0);
  }

  async says(testid: string, text: string | RegExp): Promise<void> {
    const found = this.at(testid).filter({ hasText: text }).first();
    await found.waitFor({ state: 'visible' });
    expect(await found.textContent()).toMatch(text);
  }

  async press(testid: string): Promise<void> {
    await this.at(testid).click();
  }

  async fill(fields: Record<string, string>): Promise<void> {
    for (const [testid, value] of Object.entries(fields)) await this.at(testid).fill(value);
  }

  async choose(testid: string, value: string): Promise<void> {
    await this.at(testid).selectOption(value);
  }

  /** Through the page, as people do. */
  async signIn(who: Who, remember = false): Promise<void> {
    await this.go('/login');
    await this.fill({ 'input-email': who.email, 'input-password': who.password });
    if (remember) await this.at('checkbox-remember-me').check();
    await this.press('button-login');
  }

  async cookie(name: string) {
    return (await this.context.cookies()).find((one) => one.name === name);
  }

  /** Everything that is still on its way has come, and nothing moves. */
  async settles(): Promise<void> {
    const waiting = '[data-testid="loading-spinner"],[data-testid="page-loading"],.animate-pulse';
    for (let quiet = 0; quiet < 3; ) {
      // What asks for a code is under way for as long as the question stands.
      await this.page.waitForFunction((what) => document.querySelector('h1') !== null && (document.querySelector('[data-testid="dialog-step-up"]') ?? document.querySelector(what) === null), waiting);
      await new Promise((resolve) => setTimeout(resolve, 30));
      quiet = this.underway <= 0 ? quiet + 1 : 0;
    }
    await this.page.evaluate(() => document.fonts.ready.then(() => undefined));
  }

  /** The same page in another window size and other colours; where something waits nothing settles. */
  async wears(look: { viewport: { width: number; height: number }; dark: boolean }, waits = false): Promise<void> {
    await this.page.setViewportSize(look.viewport);
    await this.page.emulateMedia({ colorScheme: look.dark ? 'dark' : 'light' });
    await this.page.waitForFunction((dark) => document.documentElement.classList.contains('dark') === dark, look.dark);
    if (!waits) await this.settles();
    else await this.page.waitForTimeout(400); // there is nothing to wait for: what else the page asks for has come by then
  }

  /** What axe finds wrong for people who see, hear or move otherwise; and what is laid out wrong. Colours alone: the rest was judged before. */
  async flaws(coloursAlone = false): Promise<string[]> {
    if (!(await this.page.evaluate(() => 'axe' in window))) await this.page.evaluate(axe);
    const found = await this.page.evaluate(async (alone) => {
      const { axe } = window as unknown as { axe: { run(where: Document, how: object): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } };
      const { violations } = await axe.run(document, { runOnly: alone ? ['color-contrast', 'target-size'] : ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
      return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html} ${node.failureSummary}`));
    }, coloursAlone);
    return [...found, ...(await layoutFlaws(this.page)).map((flaw) => `${this.path}: ${flaw}`)];
  }
}

/** For the end of every file: what went wrong in a window fails the case that opened it. */
export function watchTabs(): void {
  afterEach(async () => {
    const ended = open.splice(0);
    for (const tab of ended) await tab.context.close();
    expect(ended.flatMap((tab) => tab.problems)).toEqual([]);
  });
  afterAll(async () => {
    await (await running)?.close();
    running = undefined;
  });
}
