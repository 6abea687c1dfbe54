// Evidence for auditors: who gets it, that it is whole, that it says what it is, and what each export leaves in the ledger.
import { readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Json, Options } from '../support/client.ts';
import { Archive, imported, sha256, verifiedByPython } from '../support/archives.ts';
import { json } from '../support/database.ts';
import { eventTypes, expectRefusal, expectStatus, ledgerSize } from '../support/expectations.ts';
import { Houses, type House, type Member } from '../support/houses.ts';
import { write, writeMany } from '../support/ledger_rows.ts';
import { until } from '../support/mail.ts';
import { runBinary, type Ended } from '../support/server.ts';
import { inTest, onPostgres, patience, settings } from '../support/settings.ts';
import { startAgain, startStack, stopStacks, type Stack } from '../support/stack.ts';
import { provenFor } from '../support/step_up.ts';

const bundlePath = '/api/compliance/export/bundle';
const january = { from: '2026-01-01', to: '2026-01-31' };
const files = [
  'CC6_Access_Control/access_logs', 'CC6_Access_Control/role_changes', 'CC6_Access_Control/impersonation_events',
  'CC7_Security_Operations/security_events', 'CC7_Security_Operations/ip_rule_changes', 'CC7_Security_Operations/session_invalidations',
  'CC8_Incident_Response/security_incidents', 'CC8_Incident_Response/token_reuse_incidents',
  'CC9_Monitoring/anomaly_decisions', 'CC9_Monitoring/step_up_challenges',
];
const columns = [
  'seq', 'occurred_at', 'event_type', 'outcome', 'user_id', 'actor_id', 'organization_id', 'session_id', 'ip_address', 'user_agent',
  'resource', 'resource_id', 'old_value', 'new_value', 'correlation_id', 'metadata',
];
const criteria = [
  'cc6/access-logs', 'cc6/role-changes', 'cc6/impersonation-events', 'cc7/security-events', 'cc7/ip-rule-changes', 'cc7/session-invalidations',
  'cc8/security-incidents', 'cc9/anomaly-decisions',
];
const singles = ['audit-logs', 'sessions', 'login-history', 'security-events', 'refresh-tokens'].map((name) => `export/${name}`);

let houses: Houses;
let house: House;
let owner: Member;

beforeAll(async () => {
  houses = await Houses.start('closed');
});
afterAll(stopStacks);
const client = () => houses.stack.client;
const database = () => houses.stack.database;

async function fresh(): Promise<void> {
  ({ house, owner } = await houses.owned());
}
/** Somebody who may export, and has proven who they are. */
async function proven(): Promise<void> {
  await fresh();
  await provenFor(database(), house.id, 'data_export');
}
const bundle = (body: Json = { ...january, format: 'csv' }, as: Options = house.as): Promise<Answer> => client().post(bundlePath, body, as);
const skipping = (as: Options): Options => ({ ...as, headers: { 'x-stepup-test-bypass': '1' } });
const read = (path: string, query = '', as: Options = house.as): Promise<Answer> => client().get(`/api/compliance/${path}${query}`, as);
const exported = async (type: string) =>
  database().rows`SELECT outcome, status, resource, resource_id, details FROM audit_ledger WHERE organization_id = ${house.id} AND event_type = ${type} ORDER BY id`;
const manifestOf = (archive: Archive): Json => JSON.parse(archive.entry('MANIFEST.json').toString());

describe('who gets it', () => {
  it('A-02 nobody without a credential: 401 UNAUTHORIZED', async () => {
    expectRefusal(await client().post(bundlePath, { ...january, format: 'csv' }), 401, 'UNAUTHORIZED');
  });

  it('A-07 the bypass without a credential: 401', async () => {
    const before = await ledgerSize(database());
    for (const as of [{}, { bearer: 'nonsense' }]) expectStatus(await client().post(bundlePath, january, skipping(as)), 401);
    expect(await ledgerSize(database())).toBe(before);
  });

  it('A-06 without the permission, with the bypass: 403, and DATA_EXPORT_DENIED in the place of PERMISSION_DENIED', async () => {
    await fresh();
    for (const role of ['manager', 'staff']) {
      const { who, as } = await houses.actor(house.id, role);
      for (const one of [as, skipping(as)]) expectRefusal(await bundle({ from: 'nonsense' }, one), 403, 'FORBIDDEN');
      for (const path of [...criteria, ...singles, 'soc2/summary', 'soc2/controls']) expectRefusal(await read(path, '', skipping(as)), 403, 'FORBIDDEN');
      const types = await eventTypes(database(), who.id);
      expect(types).toEqual(['LOGIN_SUCCESS', ...Array<string>(2 + criteria.length + singles.length + 2).fill('DATA_EXPORT_DENIED')]);
      const row = (await database().rows`SELECT * FROM audit_ledger WHERE user_id = ${who.id} AND event_type = 'DATA_EXPORT_DENIED' ORDER BY id`)[0]!;
      expect(row).toMatchObject({ outcome: 'denied', status: 403, resource: bundlePath });
      expect(json(row['details'])).toEqual({ permission: 'SETTINGS_SECURITY_VIEW' });
    }
  });

  it('A-04 without a step-up: 428 for data_export, before the body is judged, one STEP_UP_REQUIRED and no export', async () => {
    await fresh();
    for (const body of [{ ...january, format: 'csv' }, { from: 'nonsense' }, { format: 7 }]) {
      const answer = await bundle(body);
      expectRefusal(answer, 428, 'STEP_UP_REQUIRED', 'STEP_UP_REQUIRED');
      expect(answer.json).toMatchObject({ purpose: 'data_export', requiresStepUp: true, challengeId: expect.any(String) });
    }
    for (const path of [...criteria, ...singles, 'soc2/summary', 'soc2/controls']) expectRefusal(await read(path, '?from=nonsense'), 428, 'STEP_UP_REQUIRED');
    const types = await eventTypes(database(), owner.id);
    expect(new Set(types)).toEqual(new Set(['LOGIN_SUCCESS', 'STEP_UP_REQUIRED']));
    expect(types.filter((type) => type === 'STEP_UP_REQUIRED')).toHaveLength(3 + criteria.length + singles.length + 2);
  });

  if (inTest) it('A-05 the bypass in development: 428', async () => {
    const stack = await startStack({ GATEHOUSE_ENV: 'development' });
    const there = await Houses.on('closed', stack).owned();
    expectRefusal(await stack.client.post(bundlePath, january, skipping(there.house.as)), 428, 'STEP_UP_REQUIRED');
    expect(await stack.database.count`SELECT count(*) FROM audit_ledger WHERE event_type LIKE 'DATA_EXPORT%'`).toBe(0);
  });

  if (inTest) it('A-03 with the bypass: 200, a ZIP as an attachment that opens with every listed entry, also for an empty period', async () => {
    await fresh();
    const answer = await bundle({ ...january, format: 'csv' }, skipping(house.as));
    expectStatus(answer, 200);
    expect(answer.header('content-type')).toBe('application/zip');
    expect(answer.header('content-disposition')).toBe('attachment; filename="SOC2_Evidence_2026-01-01_to_2026-01-31.zip"');
    expect(answer.header('cache-control')).toBe('no-store');
    expect(answer.bytes.length).toBeGreaterThan(100);
    const archive = new Archive(answer.bytes);
    const names = archive.names();
    expect(names).toEqual(expect.arrayContaining(['README.txt', 'MANIFEST.json', ...files.map((name) => `${name}.csv`)]));
    for (const file of files) expect(archive.entry(`${file}.csv`).toString()).toBe(`${columns.join()}\r\n`);
  });
});

describe('the bundle', () => {
  it('A-03 by a step-up it is given too; the manifest states the SHA-256, the rows, the query and the period of each file', async () => {
    await proven();
    for (const format of ['csv', 'json']) {
      const answer = await bundle({ format });
      expectStatus(answer, 200);
      const archive = new Archive(answer.bytes);
      const names = archive.names();
      const manifest = manifestOf(archive);
      expect(manifest).toMatchObject({ version: 1, organization: { id: house.id, name: 'Owned House' }, requestedBy: { userId: owner.id, email: owner.email }, format });
      expect(manifest.files.map((file: Json) => file.name)).toEqual(names.filter((name) => !name.startsWith('MANIFEST')));
      for (const file of manifest.files) {
        const bytes = archive.entry(file.name);
        expect([sha256(bytes), bytes.length], file.name).toEqual([file.sha256, file.bytes]);
      }
      for (const name of files) {
        const file = manifest.files.find((one: Json) => one.name === `${name}.${format}`);
        const bytes = archive.entry(file.name);
        const rows = format === 'csv' ? imported(bytes) : (JSON.parse(bytes.toString()) as Json[]);
        expect(rows, name).toHaveLength(file.rows);
        expect(file).toMatchObject({ period: manifest.period, columns, query: { of: 'ledger', orderedBy: 'occurred_at, seq' } });
        for (const row of rows) expect(file.query.events).toContain(row['event_type']);
        for (const row of rows) expect(row['organization_id']).toBe(house.id);
        const kept = await database().rows`SELECT event_type FROM audit_ledger WHERE organization_id = ${house.id} AND created_at <= ${manifest.period.to}`;
        expect(rows).toHaveLength(kept.filter((row) => file.query.events.includes(row['event_type'])).length);
      }
      expect(archive.entry('README.txt').toString()).toContain(owner.email);
      expect(archive.entry('README.txt').toString()).toContain(house.id);
    }
    expect((await exported('DATA_EXPORT_STARTED')).length).toBe(2);
  });

  it('says for how long the rows are kept that it was made from', async () => {
    await proven();
    const told = async () => new Archive((await bundle({ format: 'csv' })).bytes).entry('README.txt').toString();
    expect(await told()).toContain("the ledger's rows are never removed");
    await database().run`INSERT INTO retention_settings (organization_id, ledger_days) VALUES (${house.id}, 120)`;
    try {
      expect(await told()).toMatch(/the ledger's rows for 120 days: what is older than \d{4}-\d\d-\d\dT/);
    } finally {
      await database().run`DELETE FROM retention_settings WHERE organization_id = ${house.id}`;
    }
  });

  it('A-03 STARTED before it, COMPLETED after it with the digest of each file', async () => {
    await proven();
    const answer = await bundle({ ...january, format: 'json' });
    const manifest = manifestOf(new Archive(answer.bytes));
    const [started] = await exported('DATA_EXPORT_STARTED');
    expect(started).toMatchObject({ outcome: 'success', status: 200, resource: 'export', resource_id: manifest.exportId });
    expect(json(started!['details'])).toEqual({ export: 'bundle', format: 'json', from: '2026-01-01T00:00:00.000Z', to: '2026-01-31T23:59:59.999Z' });
    const [completed] = await exported('DATA_EXPORT_COMPLETED');
    expect(completed).toMatchObject({ outcome: 'success', resource_id: manifest.exportId });
    const told = json(completed!['details']).files;
    for (const file of manifest.files) expect(told[file.name]).toMatchObject({ sha256: file.sha256, bytes: file.bytes });
    expect(await exported('DATA_EXPORT_FAILED')).toEqual([]);
  });

  it('EXP-02 CSV is RFC 4180 without formulas: SQLite’s importer reads back every cell', async () => {
    await proven();
    const cells = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n1', '＝1+1', '＋1', '－1', '＠SUM(A1)', 'a,b', 'a"b', 'two\r\nlines', '"', "'", ' =1', 'ünï😀', '', '=HYPERLINK("http://x","y")'];
    for (const [at, userAgent] of cells.entries())
      await write(database(), house.id, {
        event: 'ROLE_CHANGED', at: `2026-01-02T00:00:${String(at).padStart(2, '0')}.000Z`, userAgent, details: JSON.stringify({ newValue: userAgent, oldValue: 'staff' }),
      });
    const archive = new Archive((await bundle()).bytes);
    const text = archive.entry('CC6_Access_Control/role_changes.csv').toString();
    const rows = imported(text);
    const harmless = cells.map((cell) => (/^[=+\-@\t\r\n＝＋－＠]/.test(cell) ? `'${cell}` : cell));
    expect(rows.map((row) => row['user_agent'])).toEqual(harmless);
    expect(rows.map((row) => row['new_value'])).toEqual(harmless);
    expect(rows.map((row) => JSON.parse(row['metadata']!).newValue)).toEqual(cells);
    expect(text.split('\r\n')[0]).toBe(columns.join());
    expect(text).not.toMatch(/(^|[,\n])"?[=+\-@\t＝＋－＠]/);
  });

  it('EXP-04 nothing of another organization, nor of `system`, is in it, whatever it is asked for', async () => {
    const foreign = (await houses.owned()).house.id;
    await proven();
    for (const [organization, word] of [[house.id, 'own-canary'], [foreign, 'foreign-canary'], ['system', 'system-canary']] as const) {
      for (const event of ['LOGIN_SUCCESS', 'ROLE_CHANGED', 'ACCOUNT_LOCKED']) await write(database(), organization, { event, at: '2026-01-02T00:00:00.000Z', userAgent: word });
    }
    const folder = new Archive((await bundle({ ...january, format: 'csv', organizationId: foreign })).bytes).extracted();
    const all = [...files.map((name) => `${name}.csv`), 'README.txt', 'MANIFEST.json'].map((name) => readFileSync(join(folder, name), 'utf8')).join();
    expect(all.match(/own-canary/g)).toHaveLength(3 + 1 + 1); // a lock is an incident too, a sign-in a decision
    expect(all).not.toMatch(/foreign-canary|system-canary/);
    expect(all).not.toContain(foreign);
    const list = await read('export/audit-logs', '?from=2026-01-01&to=2026-01-31');
    expect(list.json.rows).toHaveLength(3);
    expect(list.text).not.toMatch(/foreign-canary|system-canary/);
  });

  it.each([
    ['no date', { from: 'yesterday' }, /from/], ['a day that is none', { from: '2026-02-30' }, /from/], ['a moment without a zone', { to: '2026-01-01T00:00:00' }, /to/],
    ['a bad zone', { to: '2026-01-01T00:00:00+25:00' }, /to/], ['from behind to', { from: '2026-02-01', to: '2026-01-01' }, /from/], ['a number', { from: 20260101 }, /from/],
    ['an unknown format', { format: 'xml' }, /format/], ['a format in capitals', { format: 'CSV' }, /format/], ['formats', { format: ['csv'] }, /format/],
  ])('EXP-08 %s: 400, and nothing is begun', async (_what, body, error) => {
    await proven();
    expectRefusal(await bundle(body), 400, 'VALIDATION', error);
    const query = Object.entries(body).map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&');
    if (!Array.isArray(Object.values(body)[0])) expectRefusal(await read('cc6/access-logs', `?${query}`), 400, 'VALIDATION', error);
    expect(await exported('DATA_EXPORT_STARTED')).toEqual([]);
  });
});

/** By the program alone: no setting, no database, no key. */
function verifiedOffline(path: string, ...words: string[]): Ended {
  const named = ['PATH', 'HOME', 'ASAN_OPTIONS', 'UBSAN_OPTIONS', 'LLVM_PROFILE_FILE'];
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name, value]) => named.includes(name) && value !== undefined)) as Record<string, string>;
  return runBinary(['audit', 'verify', path, ...words], environment);
}
async function sealed(seconds = 10): Promise<void> {
  await until('the sealer', seconds * patience, async () => ((await database().count`SELECT count(*) FROM audit_unsealed`) === 0 ? true : undefined));
}

describe('the ledger in the bundle', () => {
  const ledger = ['ledger/keys.json', 'ledger/checkpoints.jsonl', 'ledger/rows.jsonl', 'ledger/proof.json'];

  it('holds every row of the period as it is sealed, packed or not, and two verifiers accept it offline', async () => {
    await proven();
    for (let at = 0; at < 30; at += 1) await write(database(), house.id, { event: 'LOGIN_SUCCESS', at: `2026-01-02T00:00:${String(at).padStart(2, '0')}.000Z`, userAgent: `ünï "${at}"` });
    await sealed();
    for (const period of [january, {}, { from: '2020-01-01', to: '2020-01-02' }]) { // some rows, all of them, none
      const answer = await bundle({ ...period, format: 'csv' });
      expectStatus(answer, 200);
      const archive = new Archive(answer.bytes);
      expect(archive.names().slice(-6)).toEqual([...ledger, 'MANIFEST.json', 'MANIFEST.sig']);
      const manifest = manifestOf(archive);
      const proof = JSON.parse(archive.entry('ledger/proof.json').toString()) as Json;
      expect(manifest.ledger).toEqual({ headSeq: proof['last_seq'], headHash: proof['head_hash'], unsealed: proof['unsealed'] });
      const lines = archive.entry('ledger/rows.jsonl').toString().split('\n').slice(0, -1).map((line) => JSON.parse(line) as Json);
      const rows = lines.filter((line) => 'event_type' in line);
      expect([rows.length, lines.length - rows.length]).toEqual([proof['rows'], proof['stubs']]);
      const listed = manifest.files.find((file: Json) => file.name === 'ledger/rows.jsonl');
      expect(listed.rows).toBe(lines.length);
      if (period === january) expect(rows.map((row) => row['user_agent'])).toEqual(Array.from({ length: 30 }, (_, at) => `ünï "${at}"`));
      const folder = archive.extracted();
      const csv = readFileSync(join(folder, 'CC6_Access_Control/access_logs.csv'), 'utf8');
      for (const row of imported(csv)) if (Number(proof['unsealed']) === 0) expect(rows.map((one) => String(one['id']))).toContain(row['seq']);
      const [key] = await database().rows`SELECT kid FROM audit_keys`;
      for (const path of [archive.file, folder]) {
        expect(verifiedByPython(path), path).toMatchObject({ status: 0, output: expect.stringContaining(house.id) });
        expect(verifiedOffline(path).output, path).toContain('all is as it was sealed');
        expect(verifiedOffline(path, '--kid', key!['kid'] as string).status, path).toBe(0);
        expect(verifiedOffline(path, '--kid', '0'.repeat(64)).status, path).toBe(1);
      }
    }
  });

  it('names the first bad row of one that was tampered with, and the file of another kind', async () => {
    await proven();
    for (let at = 0; at < 9; at += 1) await write(database(), house.id, { event: 'ROLE_CHANGED', at: `2026-01-02T00:00:0${at}.000Z`, userAgent: `agent-${at}` });
    await sealed();
    const archive = new Archive((await bundle()).bytes);
    const folder = archive.extracted();
    const rowsFile = join(folder, 'ledger/rows.jsonl');
    const whole = readFileSync(rowsFile, 'utf8');
    const lines = whole.split('\n');
    const at = lines.findIndex((line) => line.includes('agent-4'));
    const { seq, id } = JSON.parse(lines[at]!) as Json;
    const changed = (change: (all: string[]) => string[]): void => writeFileSync(rowsFile, change([...lines]).join('\n'));
    const bad = (what: RegExp): void => {
      for (const { status, output } of [verifiedOffline(folder), verifiedByPython(folder)]) expect([status, output]).toEqual([1, expect.stringMatching(what)]);
    };
    changed((all) => all.map((line, one) => (one === at ? line.replace('ROLE_CHANGED', 'LOGIN_FAILED') : line)));
    bad(new RegExp(`BAD +row ${seq} \\(id ${id}\\)`));
    changed((all) => all.map((line, one) => (one === at ? line.replace('agent-4', 'agent-5') : line)));
    bad(new RegExp(`BAD +row ${seq} \\(id ${id}\\)`));
    changed((all) => all.filter((_, one) => one !== at));
    bad(new RegExp(`BAD +row ${seq}\\b`));
    changed((all) => [...all.slice(0, at), all[at + 1]!, all[at]!, ...all.slice(at + 2)]);
    bad(new RegExp(`BAD +row ${seq}\\b`));
    writeFileSync(rowsFile, whole);
    expect(verifiedOffline(folder).status).toBe(0);
    const sheet = join(folder, 'CC6_Access_Control/role_changes.csv');
    writeFileSync(sheet, readFileSync(sheet, 'utf8').replace('agent-4', 'agent-5'));
    bad(/CC6_Access_Control\/role_changes\.csv/);
  });
});

describe('single files', () => {
  it.each([...criteria, ...singles])('%s: JSON and CSV state period, query, count and hash, and leave STARTED and COMPLETED', async (path) => {
    await proven();
    const answer = await read(path);
    expectStatus(answer, 200);
    const file = answer.json;
    expect(file).toMatchObject({ organizationId: house.id, truncated: false, cursor: null, count: file.rows.length });
    expect(Date.parse(file.period.to) - Date.parse(file.period.from)).toBe(30 * 86_400_000 - 1); // both ends belong to it
    const rows = answer.text.slice(answer.text.indexOf(',"rows":') + 8, -1);
    expect(sha256(rows)).toBe(file.sha256);
    if (path !== 'export/refresh-tokens') for (const row of file.rows) expect(row.organization_id).toBe(house.id);
    for (const row of file.rows) expect(Object.keys(row)).toEqual(file.columns);

    const csv = await read(path, '?format=csv&from=2026-01-01&to=2100-01-01');
    expectStatus(csv, 200);
    expect(csv.header('content-type')).toBe('text/csv; charset=utf-8');
    expect(csv.header('content-disposition')).toMatch(/^attachment; filename="\w+\.csv"$/);
    expect(csv.header('x-evidence-sha256')).toBe(sha256(csv.bytes));
    expect(csv.header('x-evidence-period')).toBe('2026-01-01T00:00:00.000Z/2100-01-01T23:59:59.999Z');
    expect(csv.header('x-evidence-rows')).toBe(String(imported(csv.bytes).length));
    expect(csv.header('x-evidence-truncated')).toBe('false');
    expect(csv.header('x-evidence-query')).toMatch(/^of=(ledger|sessions|refresh_tokens); orderedBy=/);
    expect(csv.text.split('\r\n')[0]).toBe(file.columns.join());
    expect(csv.text).not.toMatch(/\$2b\$|token_hash|successor_sealed/);

    const [started, again] = await exported('DATA_EXPORT_STARTED');
    expect([started!['resource_id'], again!['resource_id']]).toEqual([file.exportId, csv.header('x-evidence-export')]);
    const completed = await exported('DATA_EXPORT_COMPLETED');
    expect(completed.map((row) => row['resource_id'])).toEqual([file.exportId, csv.header('x-evidence-export')]);
    expect(Object.values<Json>(json(completed[1]!['details']).files)[0]).toMatchObject({ sha256: csv.header('x-evidence-sha256'), bytes: csv.bytes.length });
    expect(await exported('DATA_EXPORT_FAILED')).toEqual([]);
  });

  it.each(singles)('%s by POST is the same', async (path) => {
    await proven();
    const answer = await client().post(`/api/compliance/${path}`, { from: '2026-01-01', to: '2100-01-01', limit: 5 }, house.as);
    expectStatus(answer, 200);
    expect(answer.json.count).toBe(answer.json.rows.length);
  });

  it('no cap is silent: what is cut says so, and following the cursor gives every row once, in CSV too', async () => {
    await proven();
    for (let at = 0; at < 25; at += 1) // several of them in the same moment
      await write(database(), house.id, { event: 'LOGIN_SUCCESS', at: `2026-01-02T00:00:${String(Math.trunc(at / 4)).padStart(2, '0')}.000Z`, userAgent: `row-${at}` });
    for (const format of ['json', 'csv']) {
      const met: string[] = [];
      let path: string | undefined = `/api/compliance/cc6/access-logs?from=2026-01-01&to=2026-01-31&limit=7&format=${format}`;
      for (let page = 1; path !== undefined; page += 1) {
        const answer: Answer = await client().get(path, house.as);
        expectStatus(answer, 200);
        const rows = format === 'json' ? answer.json.rows : imported(answer.bytes);
        met.push(...rows.map((row: Json) => row.user_agent));
        const cut = format === 'json' ? answer.json.truncated : answer.header('x-evidence-truncated') === 'true';
        const cursor = format === 'json' ? answer.json.cursor : answer.header('x-evidence-cursor');
        path = /^<([^>]+)>; rel="next"$/.exec(answer.header('link') ?? '')?.[1];
        expect([rows.length, cut, path !== undefined], `page ${page}`).toEqual(page < 4 ? [7, true, true] : [4, false, false]);
        if (cut) expect(path).toContain(encodeURIComponent(cursor));
      }
      expect(met.sort()).toEqual(Array.from({ length: 25 }, (_, at) => `row-${at}`).sort());
    }
    for (const path of singles.filter((one) => /sessions|tokens/.test(one))) {
      await houses.bearer(owner);
      const met: string[] = [];
      let cursor: string | null = '';
      while (cursor !== null) {
        const answer: Answer = await read(path, `?limit=1&cursor=${encodeURIComponent(cursor)}`);
        expectStatus(answer, 200);
        met.push(...answer.json.rows.map((row: Json) => row.id));
        cursor = answer.json.cursor;
      }
      expect(new Set(met).size).toBe(met.length);
      expect(met.length).toBeGreaterThan(1);
    }
  });

  it('a bad limit or cursor: 400, and nothing is begun', async () => {
    await proven();
    for (const query of ['limit=0', 'limit=50001', 'limit=x', 'limit=-1', 'cursor=x', 'cursor=1', 'cursor=1.x', 'cursor=-1.2', 'cursor=1.2.3'])
      expectRefusal(await read('cc6/access-logs', `?${query}`), 400, 'VALIDATION');
    expect(await exported('DATA_EXPORT_STARTED')).toEqual([]);
    expectStatus(await client().send('HEAD', '/api/compliance/cc6/access-logs', house.as), 200);
    expect(await exported('DATA_EXPORT_STARTED')).toEqual([]); // nothing left
  });
});

describe('the summary and the controls', () => {
  it('counts by criterion what the files hold', async () => {
    await proven();
    for (const event of ['ROLE_CHANGED', 'ROLE_CHANGED', 'ACCOUNT_LOCKED', 'LOGIN_SUCCESS']) await write(database(), house.id, { event, at: '2026-01-02T00:00:00.000Z' });
    const answer = await read('soc2/summary', '?from=2026-01-01&to=2026-01-31');
    expectStatus(answer, 200);
    expect(answer.json).toMatchObject({ organizationId: house.id, ledgerRows: 4, period: { from: '2026-01-01T00:00:00.000Z', to: '2026-01-31T23:59:59.999Z' } });
    expect(answer.json.criteria.map((one: Json) => [one.criterion, one.events, one.outcomes.success])).toEqual([['CC6', 3, 3], ['CC7', 1, 1], ['CC8', 1, 1], ['CC9', 1, 1]]);
    const manifest = manifestOf(new Archive((await bundle()).bytes));
    for (const { files: counted } of answer.json.criteria)
      for (const { file, rows } of counted) expect([file, rows]).toEqual([file, manifest.files.find((one: Json) => one.name.endsWith(`/${file}.csv`)).rows]);
    expectRefusal(await read('soc2/summary', '?from=x'), 400, 'VALIDATION', /from/);
  });

  it('lists the controls with state and last self-check, and nothing of what is inside', async () => {
    await proven();
    await until('the first self-check', 10, async () => ((await read('soc2/controls')).json.controls[0].lastCheckedAt === null ? undefined : true));
    const answer = await read('soc2/controls');
    expectStatus(answer, 200);
    const names = answer.json.controls.map((one: Json) => one.control);
    for (const name of ['database', 'lockout', 'ledger', 'signing keys']) expect(names).toContain(name);
    for (const control of answer.json.controls) {
      expect(control.state, control.control).toBe('operating');
      expect(control.criteria.length, control.control).toBeGreaterThan(0);
      expect(Date.now() - Date.parse(control.lastCheckedAt)).toBeLessThan(90_000);
    }
    expect((await eventTypes(database(), owner.id)).filter((type) => type.startsWith('DATA_EXPORT'))).toEqual([]);
  });
});

/** A connection that has asked for a bundle, and nothing has been read from. */
function asking(stack: Stack, as: Options, body: Json): Socket {
  const text = JSON.stringify(body);
  const socket = connect(stack.facts.port, '127.0.0.1', () => {
    socket.write(`POST ${bundlePath} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${as.bearer}\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n${text}`);
  });
  return socket;
}

/** The bytes of an answer until somebody has had enough, and when the first came. */
async function raw(stack: Stack, as: Options, body: Json, enough: (bytes: number) => boolean): Promise<{ bytes: number; firstAfter: number }> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    let bytes = 0;
    let firstAfter = 0;
    const socket = asking(stack, as, body);
    socket.on('data', (some) => {
      if (bytes === 0) firstAfter = performance.now() - began;
      bytes += some.length;
      if (enough(bytes)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve({ bytes, firstAfter }));
  });
}

/** Who reads some of a bundle and then nothing more, without going away. */
function halted(stack: Stack, as: Options, body: Json): { socket: Socket; halfway: Promise<void> } {
  const socket = asking(stack, as, body);
  const halfway = new Promise<void>((resolve, reject) => {
    let bytes = 0;
    socket.on('error', reject);
    socket.on('data', (some) => {
      bytes += some.length;
      if (bytes < 100_000) return;
      socket.pause();
      resolve();
    });
  });
  return { socket, halfway };
}

const residentKilobytes = (stack: Stack): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${stack.server!.pid}/status`, 'utf8'))![1]);

describe('hundreds of thousands of rows', () => {
  const many = 200_000;
  const all = { from: '2025-01-01', to: '2025-12-31', format: 'csv' };
  let stack: Stack;

  beforeAll(async () => {
    stack = await startStack();
    houses = Houses.on('closed', stack);
    await proven();
    await writeMany(stack.database, house.id, many);
    if (onPostgres) await stack.database.script('ANALYZE audit_ledger');
    expectStatus(await bundle(), 200); // what is taken up once
    await sealed(300); // a chain grows as fast as it did at its beginning, however long it is
  }, 420_000 * patience);

  it('leave in constant memory, the first of them at once, and every one of them', async () => {
    const before = residentKilobytes(stack);
    let most = 0;
    const looking = setInterval(() => (most = Math.max(most, residentKilobytes(stack))), 20);
    const { bytes, firstAfter } = await raw(stack, house.as, all, () => false);
    clearInterval(looking);
    expect(bytes).toBeGreaterThan(10_000_000);
    expect(most - before).toBeLessThan(32 * 1024 * (settings.sanitized ? 16 : 1)); // a sanitizer keeps what was freed
    expect(firstAfter).toBeLessThan(2000 * patience); // 300 ms where nothing else runs
    const [completed] = (await exported('DATA_EXPORT_COMPLETED')).slice(-1);
    const told = json(completed!['details']).files;
    expect(told['CC6_Access_Control/access_logs.csv'].rows).toBe(many);
    expect(told['CC9_Monitoring/anomaly_decisions.csv'].rows).toBe(many);
    expect(told['ledger/rows.jsonl'].rows).toBeGreaterThanOrEqual(many);
  }, 120_000 * patience);

  it('who goes away in the middle leaves FAILED, with what was sent, and no seat taken', async () => {
    const before = (await exported('DATA_EXPORT_COMPLETED')).length;
    for (let turn = 0; turn < 10; turn += 1) await raw(stack, house.as, all, (bytes) => bytes > 300_000);
    const failed = await until('the rows of ten exports', 20 * patience, async () => {
      const rows = await exported('DATA_EXPORT_FAILED');
      return rows.length < 10 ? undefined : rows;
    });
    expect(failed).toHaveLength(10);
    for (const row of failed) {
      expect(row).toMatchObject({ outcome: 'failure', resource: 'export' });
      expect(json(row['details'])).toMatchObject({ export: 'bundle', cause: 'the client went away' });
      expect(json(row['details']).bytesSent).toBeGreaterThan(0);
    }
    expect((await exported('DATA_EXPORT_COMPLETED')).length).toBe(before);
    expectStatus(await bundle(), 200);
  }, 120_000 * patience);

  it('single answers hold 50,000 of them and say where they go on', async () => {
    const answer = await client().get('/api/compliance/cc6/access-logs?from=2025-01-01&to=2025-12-31&format=csv', house.as);
    expectStatus(answer, 200);
    expect([answer.header('x-evidence-rows'), answer.header('x-evidence-truncated')]).toEqual(['50000', 'true']);
    expect(sha256(answer.bytes)).toBe(answer.header('x-evidence-sha256'));
    expect(answer.text.split('\r\n')).toHaveLength(50_002);
  }, 60_000 * patience);

  it('a server that ends in the middle leaves FAILED, and so do two at once', async () => {
    const before = (await exported('DATA_EXPORT_FAILED')).length;
    const stopped = [halted(stack, house.as, all), halted(stack, house.as, all)];
    for (const one of stopped) await one.halfway;
    stack.server!.signal('SIGTERM');
    expect(await stack.server!.exit()).toBe(0);
    for (const one of stopped) one.socket.destroy();
    await startAgain(stack.facts);
    const failed = (await exported('DATA_EXPORT_FAILED')).slice(before);
    expect(failed).toHaveLength(2);
    for (const row of failed) {
      expect(json(row['details'])).toMatchObject({ export: 'bundle', cause: 'the server ended' });
      expect(json(row['details']).bytesSent).toBeGreaterThan(0);
    }
  }, 120_000 * patience);
});
