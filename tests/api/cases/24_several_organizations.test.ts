// One address in several organizations: a login never guesses which one is meant.
import { describe, expect, it } from 'vitest';
import { fromNow } from '../support/database.ts';
import { attempts, events, expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import {
  insertOrganization, insertPerson, loginPath, newAddress, newPassword, organizationLoginPath, type Registered,
} from '../support/people.ts';
import { mainStack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

/** The address in so many organizations, each with its own password, oldest first. */
async function spread(count: number, email = newAddress('spread')): Promise<Registered[]> {
  const rows: Registered[] = [];
  for (let n = 0; n < count; n += 1) {
    const organizationId = await insertOrganization(stack, `House ${n}`);
    const person = await insertPerson(stack, { email: n % 2 ? email.toUpperCase() : email, organizationId });
    await database.run`UPDATE users SET created_at = ${fromNow(n - 1000)} WHERE id = ${person.id}`;
    rows.push({ ...person, email });
  }
  return rows;
}

describe.each([loginPath, organizationLoginPath])('POST %s', (path) => {
  it('D-14 the password alone finds the row when only one matches', async () => {
    const rows = await spread(3);
    for (const person of rows) {
      const answer = await client.post(path, { email: person.email, password: person.password });
      expectStatus(answer, 200);
      expect(answer.json.user.id).toBe(person.id);
      expect(answer.json.user.organizationId).toBe(person.organizationId);
    }
  });

  it('D-14 several match: 409 with those organizations only, and nothing is counted', async () => {
    const email = newAddress('same');
    const password = newPassword(email);
    const one = await insertPerson(stack, { email, password, organizationId: await insertOrganization(stack, 'First & <House>') });
    const two = await insertPerson(stack, { email, password, organizationId: await insertOrganization(stack, 'Second House') });
    await insertPerson(stack, { email, organizationId: await insertOrganization(stack, 'Not mine') });
    const size = await ledgerSize(database);
    const answer = await client.post(path, { email, password });
    expectRefusal(answer, 409, 'MULTI_TENANT_SELECT_REQUIRED', 'Choose an organization');
    const listed = [...answer.json.organizations].sort((a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1));
    expect(listed).toEqual([{ id: one.organizationId, name: 'First & <House>' }, { id: two.organizationId, name: 'Second House' }]);
    expect(answer.headers('set-cookie')).toEqual([]);
    expect(await attempts(database, email)).toEqual({ failed: 0, throttled: 0, successful: 0 });
    expect(await ledgerSize(database)).toBe(size);
    for (const person of [one, two]) {
      const chosen = await client.post(path, { email, password, organizationId: person.organizationId });
      expectStatus(chosen, 200);
      expect(chosen.json.user.id).toBe(person.id);
    }
  });

  it('D-14 none match: 401, one attempt, the failure is nobody’s', async () => {
    const rows = await spread(2);
    const email = rows[0]!.email;
    expectRefusal(await client.post(path, { email, password: newPassword() }), 401, 'INVALID_CREDENTIALS');
    expect((await attempts(database, email)).failed).toBe(1);
    const row = await database.row`SELECT organization_id, user_id FROM audit_ledger WHERE event_type = 'LOGIN_FAILURE' AND email = ${email}`;
    expect(row).toEqual({ organization_id: 'system', user_id: null });
  });

  it('D-14 the named organization alone counts: another’s password is wrong there', async () => {
    const [one, two] = (await spread(2)) as [Registered, Registered];
    expectRefusal(
      await client.post(path, { email: one.email, password: one.password, organizationId: two.organizationId }), 401, 'INVALID_CREDENTIALS',
    );
    expect(await events(database, two.id, 'LOGIN_FAILURE')).toBe(1);
    expectRefusal(await client.post(path, { email: one.email, password: one.password, organizationId: 'unknown' }), 401, 'INVALID_CREDENTIALS');
    expectRefusal(await client.post(path, { email: one.email, password: one.password, organizationId: 7 }), 400, 'VALIDATION', /organizationId/);
  });

  it('D-14 a suspended row counts only when nothing else matches', async () => {
    const email = newAddress('half');
    const password = newPassword(email);
    const active = await insertPerson(stack, { email, password, organizationId: await insertOrganization(stack) });
    const suspended = await insertPerson(stack, { email, password, organizationId: await insertOrganization(stack) });
    await database.run`UPDATE users SET status = 'suspended' WHERE id = ${suspended.id}`;
    const answer = await client.post(path, { email, password });
    expectStatus(answer, 200);
    expect(answer.json.user.id).toBe(active.id);
    await database.run`UPDATE users SET status = 'suspended' WHERE id = ${active.id}`;
    const both = await client.post(path, { email, password });
    expect([403, 409]).toContain(both.status);
  });

  it('D-101 the eight oldest candidates are tried; a ninth needs its organization named', async () => {
    const rows = await spread(9);
    const eighth = rows[7]!;
    const ninth = rows[8]!;
    expectStatus(await client.post(path, { email: eighth.email, password: eighth.password }), 200);
    expectRefusal(await client.post(path, { email: ninth.email, password: ninth.password }), 401, 'INVALID_CREDENTIALS');
    const named = await client.post(path, { email: ninth.email, password: ninth.password, organizationId: ninth.organizationId });
    expectStatus(named, 200);
    expect(named.json.user.id).toBe(ninth.id);
  });
});

describe('the counter of a shared address', () => {
  it('D-31 a success takes away only the tries that named its organization', async () => {
    const [mine, theirs] = (await spread(2)) as [Registered, Registered];
    const wrong = (organizationId?: string) => client.post(loginPath, { email: mine.email, password: newPassword(), organizationId });
    await wrong(mine.organizationId);
    await wrong(theirs.organizationId);
    await wrong();
    expectStatus(await client.post(loginPath, { email: mine.email, password: mine.password, organizationId: mine.organizationId }), 200);
    const left = await database.rows`SELECT organization_id FROM login_attempts WHERE lower(email) = ${mine.email.toLowerCase()} AND successful = ${false}`;
    expect(left.map((row) => row['organization_id']).sort()).toEqual([null, theirs.organizationId].sort());
  });

  it('D-31 whoever puts a stranger’s address into an organization of their own does not clear the stranger’s counter', async () => {
    const email = newAddress('victim');
    const victim = await insertPerson(stack, { email, organizationId: await insertOrganization(stack) });
    const own = await insertPerson(stack, { email, organizationId: await insertOrganization(stack) });
    for (let n = 0; n < 2; n += 1) {
      for (let m = 0; m < 2; m += 1) await client.post(loginPath, { email, password: newPassword(), organizationId: victim.organizationId });
      await client.post(loginPath, { email, password: own.password, organizationId: own.organizationId });
    }
    await client.post(loginPath, { email, password: newPassword(), organizationId: victim.organizationId });
    const answer = await client.post(loginPath, { email, password: victim.password, organizationId: victim.organizationId });
    expectRefusal(answer, 429, 'ACCOUNT_LOCKED');
  });
});
