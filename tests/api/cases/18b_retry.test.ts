// Refreshing once more within the retry window: two tabs, or an answer that was lost, are no theft; everything else is.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barrier } from '../support/barrier.ts';
import type { Answer } from '../support/client.ts';
import { flag, fromNow, type Row } from '../support/database.ts';
import { events, expectRefusal, expectStatus } from '../support/expectations.ts';
import { logoutPath, meDataPath, newPerson, refreshPath, type Person } from '../support/people.ts';
import { startStack, stopStacks, type Stack } from '../support/stack.ts';

describe('the retry window', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({ GATEHOUSE_REFRESH_RETRY_WINDOW: '10' });
  });
  afterAll(stopStacks);

  const refresh = (refreshToken: string, more = {}): Promise<Answer> => stack.client.post(refreshPath, { refreshToken, ...more });
  const sha256 = (token: string): string => createHash('sha256').update(token).digest('hex');
  const stored = (token: string): Promise<Row> => stack.database.row`SELECT * FROM refresh_tokens WHERE token_hash = ${sha256(token)}`;
  const live = (person: Person): Promise<number> =>
    stack.database.count`SELECT count(*) FROM refresh_tokens WHERE user_id = ${person.id} AND is_revoked = ${false}`;
  const age = (token: string, seconds: number): Promise<number> =>
    stack.database.run`UPDATE refresh_tokens SET revoked_at = ${fromNow(-seconds)} WHERE token_hash = ${sha256(token)}`;

  it('A-18 fifty parallel refreshes of one token from one device: the identical successor, one row', async () => {
    const person = await newPerson(stack);
    const answers = await barrier([stack], 50, (client) => client.post(refreshPath, { refreshToken: person.refreshToken }));
    expect(answers.map((answer) => answer.status)).toEqual(Array<number>(50).fill(200));
    expect(new Set(answers.map((answer) => answer.json.refreshToken)).size).toBe(1);
    expect(await stack.database.count`SELECT count(*) FROM refresh_tokens WHERE user_id = ${person.id}`).toBe(2);
    expect(await live(person)).toBe(1);
    for (const answer of answers.slice(0, 5)) expectStatus(await stack.client.get(meDataPath, { bearer: answer.json.accessToken }), 200);
    expect(await events(stack.database, person.id, 'TOKEN_ROTATED')).toBe(50);
    expect(await events(stack.database, person.id, 'REFRESH_TOKEN_REUSE_DETECTED')).toBe(0);
  });

  it('A-18 the same for one of the middle while its successor was itself just rotated', async () => {
    const person = await newPerson(stack);
    const second = (await refresh(person.refreshToken)).json.refreshToken;
    const third = (await refresh(second)).json.refreshToken;
    const again = await refresh(person.refreshToken);
    expectStatus(again, 200);
    expect(again.json.refreshToken).toBe(second);
    expect((await refresh(again.json.refreshToken)).json.refreshToken).toBe(third);
    expect(await live(person)).toBe(1);
  });

  it('A-13 after the window it is reuse: the family is dead, the newest too', async () => {
    const person = await newPerson(stack);
    const next = (await refresh(person.refreshToken)).json.refreshToken;
    await age(person.refreshToken, 11);
    expectRefusal(await refresh(person.refreshToken), 401, 'FORCE_LOGOUT');
    expectRefusal(await refresh(next), 401, 'FORCE_LOGOUT');
    expect(await live(person)).toBe(0);
    expect((await stored(person.refreshToken))['suspicious_reuse_at']).not.toBeNull();
    expectStatus(await stack.client.get(meDataPath, { bearer: person.accessToken }), 401);
  });

  it('A-13 from another device it is reuse at once', async () => {
    const person = await newPerson(stack);
    const next = (await refresh(person.refreshToken)).json.refreshToken;
    expectRefusal(await refresh(person.refreshToken, { deviceFingerprint: 'a thief' }), 401, 'FORCE_LOGOUT');
    expectRefusal(await refresh(next), 401, 'FORCE_LOGOUT');
  });

  it('A-13 the retry is for the device of the rotation, not of the login', async () => {
    const person = await newPerson(stack);
    const next = await refresh(person.refreshToken, { deviceFingerprint: 'tab' });
    expectStatus(next, 200);
    const again = await refresh(person.refreshToken, { deviceFingerprint: 'tab' });
    expect(again.json.refreshToken).toBe(next.json.refreshToken);
  });

  it('RT-02 a session that has ended gives nothing again', async () => {
    const person = await newPerson(stack);
    expectStatus(await refresh(person.refreshToken), 200);
    expectStatus(await stack.client.post(logoutPath, {}, { bearer: person.accessToken }), 200);
    expect((await refresh(person.refreshToken)).status).toBe(401);
  });

  it('D-56 the database alone does not open the successor, and forgets it when the window is over', async () => {
    const person = await newPerson(stack);
    const next = (await refresh(person.refreshToken)).json.refreshToken;
    const row = await stored(person.refreshToken);
    expect(row['successor_sealed']).not.toBeNull();
    expect(Buffer.from(row['successor_sealed'] as Uint8Array).includes(Buffer.from(next))).toBe(false);
    expect(flag(row['is_revoked'])).toBe(true);
    await age(person.refreshToken, 11);
    const end = Date.now() + 15_000;
    while ((await stored(person.refreshToken))['successor_sealed'] !== null) {
      if (Date.now() > end) throw new Error('it is still there');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });
});
