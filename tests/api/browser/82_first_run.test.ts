// The link that a server prints while it has no organization: what it opens, once, and what is said when it opens nothing.
import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { narrow, Tab, watchTabs } from '../support/browser.ts';
import { until } from '../support/mail.ts';
import { newAddress, newPassword } from '../support/people.ts';
import { startAgain, startStack, stopStacks, type Stack } from '../support/stack.ts';

watchTabs();
afterAll(stopStacks);

/** What the server has printed, as its operator sees it. */
const printed = (stack: Stack): string => readFileSync(stack.facts.log.replace(/\.log$/, '.out'), 'utf8');
const links = (stack: Stack): string[] => [...printed(stack).matchAll(/make the first one within an hour at (\S+)$/gm)].map((found) => found[1] ?? '');
const linkOf = (stack: Stack): Promise<string> => until('the printed link', 10, async () => links(stack).at(-1));
const pathOf = (link: string): string => link.slice(new URL(link).origin.length);

async function opened(stack: Stack, look = {}): Promise<Tab> {
  const tab = await Tab.open(look, stack);
  await tab.go(pathOf(await linkOf(stack)));
  return tab;
}

describe('the first run', () => {
  it('makes the first organization and its owner, who is signed in; then the link is worth nothing', async () => {
    const stack = await startStack();
    const tab = await opened(stack);
    await tab.says('list-steps', 'Organization');
    expect(tab.page.url()).not.toContain('#'); // the token has left the address
    await tab.press('button-next');
    await tab.sees('error-org-name');
    await tab.fill({ 'input-org-name': 'Northwind' });
    await tab.choose('select-size', '11-50');
    await tab.press('button-next');
    const email = newAddress('first');
    const password = newPassword(email);
    await tab.fill({ 'input-first-name': 'Ada', 'input-email': 'not one', 'input-password': 'short' });
    await tab.press('button-create-org');
    await tab.says('error-email', 'valid email');
    await tab.sees('error-password');
    await tab.press('button-back');
    expect(await tab.at('input-org-name').inputValue()).toBe('Northwind');
    await tab.press('button-next');
    await tab.fill({ 'input-email': email, 'input-password': password });
    await tab.press('button-create-org');
    await tab.arrives('/dashboard');
    await tab.says('text-org-name', 'Northwind');
    await tab.press('button-user-menu');
    expect(await (await tab.sees('badge-role')).textContent()).toBe('owner');
    const again = await opened(stack);
    await again.says('error-message', 'used');
    expect(await stack.database.count`SELECT count(*) FROM organizations`).toBe(1);
    // What was printed is nowhere else: not in the log, not in the database.
    const token = new URL(await linkOf(stack)).hash.slice(1);
    expect(readFileSync(stack.facts.log, 'utf8')).not.toContain(token);
    const stored = await stack.database.row`SELECT token_hash FROM first_link`;
    expect(stored['token_hash']).toMatch(/^[0-9a-f]{64}$/);
    expect((await stack.client.post('/api/first-run', { token, organizationName: 'Second', email: newAddress(), password })).status).toBe(410);
  });

  it('prints another link at another start, and none where somebody is there', async () => {
    const stack = await startStack();
    const first = await linkOf(stack);
    await stack.server?.stop();
    const later = await startAgain(stack.facts);
    const second = await until('another link', 10, async () => links(later).filter((link) => link !== first).at(-1));
    const token = (link: string) => new URL(link).hash.slice(1);
    const check = async (on: Stack, link: string) => (await on.client.post('/api/first-run/check', { token: token(link) })).status;
    expect([await check(later, first), await check(later, second)]).toEqual([404, 200]);
    const tab = await Tab.open({ viewport: narrow }, later);
    await tab.go(pathOf(first));
    await tab.says('error-message', 'newer one');
    await later.database.run`INSERT INTO organizations (name) VALUES ('There already')`;
    await later.server?.stop();
    const last = await startAgain(stack.facts);
    expect((await last.client.get('/health')).status).toBe(200);
    expect(links(last).length).toBe(2);
    expect(await check(last, second)).toBe(410);
  });

  it('without a token it says what to do', async () => {
    const stack = await startStack();
    const tab = await Tab.open({}, stack);
    expect((await tab.go('/first-run'))?.status()).toBe(200);
    await tab.says('error-message', 'printed');
    expect(await tab.flaws()).toEqual([]);
    const form = await opened(stack, { viewport: narrow, dark: true });
    await form.sees('input-org-name');
    expect(await form.flaws()).toEqual([]);
    await form.fill({ 'input-org-name': 'Northwind' });
    await form.press('button-next');
    await form.sees('input-email');
    expect(await form.flaws()).toEqual([]);
  });
});
