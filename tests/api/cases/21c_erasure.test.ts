// Erasing oneself, how long an organization keeps things, and legal holds, as a client sees them.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json } from '../support/client.ts';
import { expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { Houses, type House } from '../support/houses.ts';
import { login, meDataPath, newPerson } from '../support/people.ts';
import { mainStack, stopStacks } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';

const stack = mainStack();
const erasure = `${meDataPath}/erasure`;
const days = 86_400_000;
const inDays = (moment: string): number => (Date.parse(moment) - Date.now()) / days;
const erase = (who: { accessToken: string }, password: string): Promise<Answer> =>
  stack.client.send('DELETE', meDataPath, { bearer: who.accessToken, body: { password } });

describe('erasing oneself', () => {
  it('PD-01 the password is asked for; nothing happens without it', async () => {
    const person = await newPerson(stack);
    expectRefusal(await stack.client.send('DELETE', meDataPath, {}), 401, 'UNAUTHORIZED');
    expectRefusal(await stack.client.send('DELETE', meDataPath, { bearer: person.accessToken }), 400, 'VALIDATION');
    expectRefusal(await erase(person, 'not the password'), 401, 'INVALID_CREDENTIALS');
    const shown = await stack.client.get(erasure, { bearer: person.accessToken });
    expect(shown.json).toMatchObject({ state: 'none' });
  });

  it('PD-02 in 14 days, once, and it can be taken back', async () => {
    const person = await newPerson(stack);
    const asked = await erase(person, person.password);
    expectStatus(asked, 200);
    expect(asked.json).toMatchObject({ success: true, state: 'scheduled' });
    expect(inDays(asked.json.dueAt)).toBeCloseTo(14, 1);
    const rows = await ledgerSize(stack.database);
    const again = await erase(await login(stack, person), person.password);
    expect(again.json).toEqual(asked.json);
    expect(await ledgerSize(stack.database)).toBe(rows + 1); // the sign-in alone
    const shown = await stack.client.get(erasure, { bearer: person.accessToken });
    expect(shown.json).toEqual(asked.json);
    expect(shown.header('cache-control')).toContain('no-store');
    expectStatus(await stack.client.send('DELETE', erasure, { bearer: person.accessToken }), 200);
    expectRefusal(await stack.client.send('DELETE', erasure, { bearer: person.accessToken }), 404, 'NOT_FOUND');
  });
});

describe('what an organization keeps', () => {
  let houses: Houses;
  let house: House;
  beforeAll(async () => {
    houses = await Houses.start('closed');
    house = (await houses.owned()).house;
    await provenFor(houses.stack.database, house.id);
  });
  afterAll(stopStacks);
  const path = '/api/security/retention';
  const holds = '/api/security/legal-holds';
  const client = () => houses.stack.client;
  const put = (body: Json): Promise<Answer> => client().send('PUT', path, { ...house.as, body });

  it('PD-03 seen by who keeps it safe, changed by owners behind a step-up, each change told', async () => {
    const [admin, staff] = [await houses.actor(house.id, 'admin'), await houses.actor(house.id, 'staff')];
    expectRefusal(await client().get(path, staff.as), 403, 'FORBIDDEN');
    expect((await client().get(path, admin.as)).json).toEqual({ attemptDays: 1, sessionDays: 90, tokenDays: 30, mailDays: 30, ledgerDays: null, own: [] });
    expectRefusal(await client().send('PUT', path, { ...admin.as, body: {} }), 403, 'FORBIDDEN');
    const other = (await houses.owned()).house;
    expectRefusal(await client().send('PUT', path, { ...other.as, body: {} }), 428, 'STEP_UP_REQUIRED');
    const changed = await put({ sessionDays: 30, ledgerDays: 400 });
    expectStatus(changed, 200);
    expect(changed.json).toEqual({ attemptDays: 1, sessionDays: 30, tokenDays: 30, mailDays: 30, ledgerDays: 400, own: ['sessionDays', 'ledgerDays'] });
    expect((await client().get(path, house.as)).json).toEqual(changed.json);
    const row = await houses.stack.database.row`SELECT * FROM audit_ledger WHERE organization_id = ${house.id} ORDER BY id DESC LIMIT 1`;
    expect(row['event_type']).toBe('SETTINGS_UPDATED');
    expect(row['details']).toContain('ledgerDays=400');
    expect((await client().get(path, other.as)).json.own).toEqual([]);
    expect((await put({})).json.own).toEqual([]);
  });

  it.each<[Json, string]>([
    [{ sessionDays: 6 }, 'sessionDays'], [{ tokenDays: '30' }, 'tokenDays'], [{ ledgerDays: 89 }, 'ledgerDays'], [{ mailDays: 3651 }, 'mailDays'],
    [{ attemptDays: 0 }, 'attemptDays'], [{ attemptDays: 1.5 }, 'attemptDays'],
  ])('PD-04 out of bounds: %j', async (body, member) => {
    const answer = await put(body);
    expectRefusal(answer, 400, 'VALIDATION');
    expect(answer.json.error).toContain(member);
  });

  it('PD-05 a hold is set once, listed with its reason, and lifted; of nobody elsewhere', async () => {
    const staff = await houses.actor(house.id, 'staff');
    const stranger = await houses.owned();
    const set = (body: Json): Promise<Answer> => client().post(holds, body, house.as);
    expectRefusal(await set({ userId: staff.who.id }), 400, 'VALIDATION');
    expectRefusal(await set({ userId: staff.who.id, reason: '  ' }), 400, 'VALIDATION');
    expectRefusal(await set({ userId: stranger.owner.id, reason: 'x' }), 403, 'FORBIDDEN');
    expectRefusal(await set({ userId: '99999', reason: 'x' }), 404, 'NOT_FOUND');
    expectRefusal(await set({ userId: stranger.owner.id }), 403, 'FORBIDDEN'); // where comes before what is said about it
    expectRefusal(await set({ userId: '99999', reason: 7 }), 404, 'NOT_FOUND');
    const answers = await Promise.all([set({ userId: staff.who.id, reason: 'Case 7' }), set({ userId: staff.who.id, reason: 'Case 7' })]);
    expect(answers.map((one) => one.status).sort()).toEqual([201, 409]);
    const listed = await client().get(holds, house.as);
    expect(listed.json).toEqual([{ userId: staff.who.id, reason: 'Case 7', setBy: expect.any(String), setAt: expect.any(String) }]);
    expect((await client().get(holds, stranger.house.as)).json).toEqual([]);
    expectRefusal(await client().send('DELETE', meDataPath, { ...staff.as, body: { password: staff.who.password } }), 409, 'CONFLICT');
    expectRefusal(await client().delete(`/api/organizations/${house.id}`, house.as), 409, 'CONFLICT');
    const lift = (body: Json): Promise<Answer> => client().post(`${holds}/lift`, body, house.as);
    expectRefusal(await lift({ reason: 'closed' }), 404, 'NOT_FOUND'); // the organization is under none
    expectStatus(await lift({ userId: staff.who.id, reason: 'closed' }), 200);
    expectRefusal(await lift({ userId: staff.who.id, reason: 'closed' }), 404, 'NOT_FOUND');
    const rows = await houses.stack.database.rows`SELECT event_type, details, personal FROM audit_ledger WHERE organization_id = ${house.id} AND resource = 'legal_hold' ORDER BY id`;
    expect(rows.map((row) => row['event_type'])).toEqual(['SETTINGS_UPDATED', 'SETTINGS_UPDATED']);
    expect(rows.map((row) => row['details'])).toEqual(['{"legalHold":"set"}', '{"legalHold":"lifted"}']);
    expect(rows[0]!['personal']).toContain('Case 7');
  });

  it('PD-06 the last owner of an organization is refused', async () => {
    const { house: alone, owner } = await houses.owned();
    expectRefusal(await client().send('DELETE', meDataPath, { ...alone.as, body: { password: owner.password } }), 400, 'LAST_OWNER');
  });
});
