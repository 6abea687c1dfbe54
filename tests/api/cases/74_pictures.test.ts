// Profile pictures: what is taken, what is refused, who may, and how one is served.
import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import type { Answer, Client } from '../support/client.ts';
import { events, expectRefusal, expectStatus } from '../support/expectations.ts';
import { insertOrganization, insertPerson, login, newPerson, type Person } from '../support/people.ts';
import { form, pdf, png, svg, tinyGif, tinyWebp } from '../support/pictures.ts';
import { converse } from '../support/raw.ts';
import { inTest, patience } from '../support/settings.ts';
import { mainStack, startStack, stopStacks, type Stack } from '../support/stack.ts';

const stack = mainStack();
const { client, database } = stack;

afterAll(stopStacks);

const pathOf = (id: string): string => `/api/users/${id}/profile-picture`;

function upload(who: { id: string; accessToken?: string }, content: Buffer, more: Parameters<typeof form>[1] = {}, by: Client = client): Promise<Answer> {
  return by.send('POST', pathOf(who.id), { ...form(content, more), bearer: who.accessToken });
}

/** A JPEG as the server itself makes them. */
async function jpeg(person: Person): Promise<Buffer> {
  const first = await upload(person, png(40, 30));
  expectStatus(first, 200);
  const picture = await client.get(first.json.profilePicture, { bearer: person.accessToken });
  expect(picture.header('content-type')).toBe('image/jpeg');
  return picture.bytes;
}

/** A colleague in the same organization, with a role given by SQL. */
async function colleague(of: Stack, organizationId: string, role: string): Promise<Person> {
  const made = await insertPerson(of, { organizationId });
  await of.database.run`UPDATE users SET role = ${role} WHERE id = ${made.id}`;
  return { ...made, ...(await login(of, made)) };
}

/** A tiny picture in front of many compressed texts, each of which unpacks to eight megabytes. */
function bomb(chunks: number): Buffer {
  const tiny = png(2, 2);
  const data = Buffer.concat([Buffer.from('Comment\0\0', 'latin1'), deflateSync(Buffer.alloc(8_000_000))]);
  const body = Buffer.concat([Buffer.from('zTXt', 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  const afterHeader = 33; // the signature and IHDR
  return Buffer.concat([tiny.subarray(0, afterHeader), ...Array.from({ length: chunks }, () => chunk), tiny.subarray(afterHeader)]);
}

const peakMegabytes = (pid: number): number => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;

it('FI-02 compressed texts around a picture are not unpacked', async () => {
  const own = await startStack();
  const made = await insertPerson(own);
  const person = { ...made, ...(await login(own, made)) };
  expectStatus(await upload(person, png(2, 2), {}, own.client), 200);
  const before = peakMegabytes(own.server?.pid as number);
  expectStatus(await upload(person, bomb(60), {}, own.client), 200);
  expect(peakMegabytes(own.server?.pid as number) - before, 'megabytes for a file of half a megabyte').toBeLessThan(100);
});

describe('what is taken', () => {
  it('TC-PROFILE-008 a JPEG → 200, and the URL answers with an image', async () => {
    const person = await newPerson(stack);
    const answer = await upload(person, await jpeg(person));
    expectStatus(answer, 200);
    expect(Object.keys(answer.json)).toEqual(['profilePicture']);
    const picture = await client.get(answer.json.profilePicture, { bearer: person.accessToken });
    expectStatus(picture, 200);
    expect(picture.header('content-type')).toBe('image/jpeg');
    expect(picture.bytes.subarray(0, 3).toString('hex')).toBe('ffd8ff');
    const row = await database.row`SELECT profile_picture FROM users WHERE id = ${person.id}`;
    expect(row['profile_picture']).toBe(answer.json.profilePicture);
  });

  if (inTest) it('TC-PROFILE-008 with open provisioning, without any credential', async () => {
    const open = await startStack({ GATEHOUSE_PROVISIONING: 'open' });
    const person = await insertPerson(open);
    const answer = await upload({ id: person.id }, png(300, 200), {}, open.client);
    expectStatus(answer, 200);
    const picture = await open.client.get(answer.json.profilePicture);
    expectStatus(picture, 200);
    expect(picture.header('content-type')).toMatch(/^image\//);
    expect(await events(open.database, person.id, 'USER_UPDATED')).toBe(1);
    expectRefusal(await upload({ id: 'nobody' }, png(3, 3), {}, open.client), 404, 'NOT_FOUND');
    expectRefusal(await upload({ id: person.id, accessToken: 'junk' }, png(3, 3), {}, open.client), 401, 'INVALID_TOKEN');
  });

  it('D-92 PNG, GIF and WebP by their content, whatever they are called', async () => {
    const person = await newPerson(stack);
    for (const content of [png(7, 5), tinyGif, tinyWebp]) {
      const answer = await upload(person, content, { filename: '../../etc/passwd\u202egpj.pdf', type: 'application/pdf' });
      expectStatus(answer, 200);
      const picture = await client.get(answer.json.profilePicture, { bearer: person.accessToken });
      expect(['image/png', 'image/jpeg']).toContain(picture.header('content-type'));
    }
  });

  it('FI-05 metadata is gone, and two sizes come out', async () => {
    const person = await newPerson(stack);
    const original = png(600, 300);
    expect(original.toString('latin1')).toContain('52.5200');
    const { profilePicture } = (await upload(person, original)).json;
    for (const size of ['64', '256']) {
      const picture = await client.get(`${profilePicture}&size=${size}`, { bearer: person.accessToken });
      expectStatus(picture, 200);
      expect(picture.bytes.toString('latin1')).not.toContain('52.5200');
      expect(picture.bytes.length).toBeLessThan(20_000);
    }
    expectRefusal(await client.get(`${profilePicture}&size=65`, { bearer: person.accessToken }), 400, 'VALIDATION', /size/);
    expectRefusal(await client.get(`${profilePicture}&size=x`, { bearer: person.accessToken }), 400, 'VALIDATION', /size/);
  });

  it('every upload has a URL of its own, one row in the ledger, and updated_at moves', async () => {
    const person = await newPerson(stack);
    const before = await database.row`SELECT updated_at FROM users WHERE id = ${person.id}`;
    const one = await upload(person, png(9, 9));
    const other = await upload(person, png(9, 9));
    expect(one.json.profilePicture).not.toBe(other.json.profilePicture);
    expect(await events(database, person.id, 'PROFILE_UPDATED')).toBe(2);
    const after = await database.row`SELECT updated_at FROM users WHERE id = ${person.id}`;
    expect(after['updated_at']).not.toEqual(before['updated_at']);
    expect(await database.count`SELECT count(*) FROM user_pictures WHERE user_id = ${person.id}`).toBe(2);
  });

  it('ten at once: every one is answered, and what is left is one of them, whole', async () => {
    const person = await newPerson(stack);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => upload(person, png(80 + at, 80))));
    const urls = answers.filter((answer) => answer.status === 200).map((answer) => answer.json.profilePicture as string);
    for (const answer of answers) expect([200, 503]).toContain(answer.status);
    expect(urls.length).toBeGreaterThan(0);
    const row = await database.row`SELECT profile_picture FROM users WHERE id = ${person.id}`;
    expect(urls).toContain(row['profile_picture']);
    expect(await database.count`SELECT count(*) FROM user_pictures WHERE user_id = ${person.id}`).toBe(2);
    expect(await events(database, person.id, 'PROFILE_UPDATED')).toBe(urls.length);
  });
});

describe('what is refused', () => {
  it('TC-PROFILE-009 6 MB → 413, declared or in chunks, and nothing is kept', async () => {
    const person = await newPerson(stack);
    const large = Buffer.concat([await jpeg(person), Buffer.alloc(6_000_000)]);
    expectRefusal(await upload(person, large), 413, 'PAYLOAD_TOO_LARGE');
    const { bytes, headers } = form(large);
    const chunked = await client.send('POST', pathOf(person.id), {
      bytes, bearer: person.accessToken, headers: { ...headers, 'content-length': '', 'transfer-encoding': 'chunked' },
    });
    expectRefusal(chunked, 413, 'PAYLOAD_TOO_LARGE');
    const barely = Buffer.concat([await jpeg(person), Buffer.alloc(5 * 1024 * 1024 + 1)]).subarray(0, 5 * 1024 * 1024 + 1);
    expectRefusal(await upload(person, barely), 413, 'PAYLOAD_TOO_LARGE');
    expectStatus(await upload(person, barely.subarray(0, 5 * 1024 * 1024)), 200);
    expect(await events(database, person.id, 'PROFILE_UPDATED')).toBe(3); // those that were taken
  });

  it('FI-02 a declared length over the limit is refused before a byte of it is sent', async () => {
    const person = await newPerson(stack);
    const { headers } = form(Buffer.alloc(0));
    const port = Number(new URL(stack.facts.origin).port);
    const said = await converse(port, [
      `POST ${pathOf(person.id)} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${person.accessToken}\r\n` +
        `Content-Type: ${headers['content-type']}\r\nContent-Length: 6000000\r\nExpect: 100-continue\r\n\r\n`,
    ], { enough: 1 });
    expect(said.answers.map((answer) => answer.status)).toEqual([413]);
  });

  it('TC-PROFILE-010 a PDF → 400, also when it is called .jpg', async () => {
    const person = await newPerson(stack);
    expectRefusal(await upload(person, pdf, { filename: 'me.pdf', type: 'application/pdf' }), 400, 'VALIDATION', /file/);
    expectRefusal(await upload(person, pdf, { filename: 'me.jpg', type: 'image/jpeg' }), 400, 'VALIDATION', /file/);
    const row = await database.row`SELECT profile_picture FROM users WHERE id = ${person.id}`;
    expect(row['profile_picture']).toBeNull();
  });

  it('FI-01 SVG, HTML, nothing, half a picture, a picture with an archive behind it', async () => {
    const person = await newPerson(stack);
    const whole = png(20, 20);
    for (const content of [
      svg, Buffer.from('<!doctype html><script>alert(1)</script>'), Buffer.alloc(0), whole.subarray(0, whole.length - 6),
      Buffer.concat([whole, Buffer.from('PK\x03\x04')]), Buffer.concat([Buffer.from('\n'), whole]),
    ]) {
      expectRefusal(await upload(person, content, { filename: 'me.png', type: 'image/png' }), 400, 'VALIDATION', /file/);
    }
  });

  it('FI-02 65,000 × 65,000 pixels in a few bytes → 400 at once', async () => {
    const person = await newPerson(stack);
    const begun = Date.now();
    expectRefusal(await upload(person, png(2, 2, [0, 0, 0], [65_000, 65_000])), 400, 'VALIDATION', /pixels/);
    expect(Date.now() - begun).toBeLessThan(2000 * patience);
  });

  it('D-92 other content types → 415, and forms are taken nowhere else', async () => {
    const person = await newPerson(stack);
    for (const type of ['application/json', 'image/png', 'multipart/mixed; boundary=b', 'application/x-www-form-urlencoded']) {
      const answer = await client.send('POST', pathOf(person.id), { bytes: png(3, 3), bearer: person.accessToken, headers: { 'content-type': type } });
      expectRefusal(answer, 415, 'UNSUPPORTED_MEDIA_TYPE');
    }
    expectRefusal(await client.send('POST', '/api/v1/auth/login', form(png(3, 3))), 415, 'UNSUPPORTED_MEDIA_TYPE');
  });

  it('a form without the file, with two, with another boundary, cut off → 400', async () => {
    const person = await newPerson(stack);
    const good = form(png(3, 3));
    const text = good.bytes.toString('latin1');
    const part = text.slice(0, text.lastIndexOf('------suite'));
    const send = (bytes: string, type = good.headers['content-type'] as string): Promise<Answer> =>
      client.send('POST', pathOf(person.id), { bytes: Buffer.from(bytes, 'latin1'), bearer: person.accessToken, headers: { 'content-type': type } });
    expectRefusal(await upload(person, png(3, 3), { name: 'picture' }), 400, 'VALIDATION', /file/);
    expectRefusal(await send(part + text), 400, 'VALIDATION', /file/);
    expectRefusal(await send(text.slice(0, -10)), 400, 'VALIDATION');
    expectRefusal(await send(text, 'multipart/form-data; boundary=another'), 400, 'VALIDATION');
    expectRefusal(await send(text, 'multipart/form-data'), 400, 'VALIDATION');
    expectRefusal(await client.send('POST', pathOf(person.id), { bearer: person.accessToken }), 400, 'VALIDATION');
  });
});

describe('who may', () => {
  it('TC-E2E-043 own picture: everybody; others: owner and admin; looking: all but staff', async () => {
    const owner = await newPerson(stack);
    const [admin, manager, staff] = await Promise.all(['admin', 'manager', 'staff'].map((role) => colleague(stack, owner.organizationId, role)));
    const as = (who: Person, id: string): Promise<Answer> => upload({ id, accessToken: who.accessToken }, png(4, 4));
    for (const who of [owner, admin!, manager!, staff!]) expectStatus(await as(who, who.id), 200);
    for (const who of [owner, admin!]) expectStatus(await as(who, staff!.id), 200);
    for (const who of [manager!, staff!]) expectRefusal(await as(who, owner.id), 403, 'FORBIDDEN');
    expect(await events(database, staff!.id, 'USER_UPDATED')).toBe(2);
    expect(await events(database, manager!.id, 'PERMISSION_DENIED')).toBe(1);
    for (const who of [owner, admin!, manager!]) expectStatus(await client.get(pathOf(staff!.id), { bearer: who.accessToken }), 200);
    expectStatus(await client.get(pathOf(staff!.id), { bearer: staff!.accessToken }), 200);
    expectRefusal(await client.get(pathOf(owner.id), { bearer: staff!.accessToken }), 403, 'FORBIDDEN');
  });

  it('M-06 another organization: 403 whatever the role; unknown and deleted: 404; nobody: 401', async () => {
    const owner = await newPerson(stack);
    const stranger = await colleague(stack, await insertOrganization(stack), 'owner');
    expectStatus(await upload(owner, png(4, 4)), 200);
    expectRefusal(await upload({ id: owner.id, accessToken: stranger.accessToken }, png(4, 4)), 403, 'FORBIDDEN');
    expectRefusal(await client.get(pathOf(owner.id), { bearer: stranger.accessToken }), 403, 'FORBIDDEN');
    for (const id of ['99999', '%00', '..%2f', 'me%0d%0a']) {
      expectStatus(await client.get(pathOf(id), { bearer: owner.accessToken }), 404);
    }
    expectRefusal(await upload({ id: owner.id }, png(4, 4)), 401, 'UNAUTHORIZED');
    expectRefusal(await client.get(pathOf(owner.id)), 401, 'UNAUTHORIZED');
    const gone = await colleague(stack, owner.organizationId, 'staff');
    expectStatus(await upload({ id: gone.id, accessToken: owner.accessToken }, png(4, 4)), 200);
    expectStatus(await client.delete(`/api/users/${gone.id}`, { bearer: owner.accessToken }), 204);
    expectRefusal(await client.get(pathOf(gone.id), { bearer: owner.accessToken }), 404, 'NOT_FOUND');
    expect(await database.count`SELECT count(*) FROM user_pictures WHERE user_id = ${gone.id}`).toBe(0);
    const row = await database.row`SELECT profile_picture, deleted_at FROM users WHERE id = ${gone.id}`;
    expect(row['profile_picture']).toBeNull();
    expect(row['deleted_at']).not.toBeNull();
  });

  it('a large body is not read from somebody who may not send it', async () => {
    const owner = await newPerson(stack);
    const staff = await colleague(stack, owner.organizationId, 'staff');
    const { headers } = form(Buffer.alloc(0));
    const port = Number(new URL(stack.facts.origin).port);
    for (const [bearer, status] of [[staff.accessToken, 403], ['junk', 401]] as const) {
      const said = await converse(port, [
        `POST ${pathOf(owner.id)} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${bearer}\r\nContent-Type: ${headers['content-type']}\r\n` +
          'Content-Length: 4000000\r\nExpect: 100-continue\r\n\r\n',
      ], { enough: 1 });
      expect(said.answers.map((answer) => answer.status)).toEqual([status]);
    }
  });

  it('a cookie alone is no proof: a foreign page cannot change a picture', async () => {
    const person = await newPerson(stack);
    const answer = await client.send('POST', pathOf(person.id), { ...form(png(4, 4)), cookie: `token=${person.token}` });
    expectRefusal(answer, 403, 'CSRF');
  });
});

describe('how one is served', () => {
  it('FI-06 its type exactly, never sniffed, never run, never kept for others', async () => {
    const person = await newPerson(stack);
    const { profilePicture } = (await upload(person, png(50, 50))).json;
    const picture = await client.get(profilePicture, { bearer: person.accessToken });
    expect(picture.header('content-type')).toBe('image/jpeg');
    expect(picture.header('x-content-type-options')).toBe('nosniff');
    expect(picture.header('content-security-policy')).toBe("default-src 'none'; sandbox; frame-ancestors 'none'");
    expect(picture.header('content-disposition')).toBe('inline; filename="profile-picture.jpg"');
    expect(picture.header('cache-control')).toBe('private, no-cache');
    expect(picture.headers('set-cookie')).toEqual([]);
    const tag = picture.header('etag') as string;
    const again = await client.get(profilePicture, { bearer: person.accessToken, headers: { 'if-none-match': tag } });
    expectStatus(again, 304);
    expect(again.bytes.length).toBe(0);
    expect(again.header('etag')).toBe(tag);
    expectStatus(await client.get(profilePicture, { bearer: person.accessToken, headers: { 'if-none-match': '"another"' } }), 200);
    await upload(person, png(50, 50, [0, 0, 90]));
    expectStatus(await client.get(profilePicture, { bearer: person.accessToken, headers: { 'if-none-match': tag } }), 200);
  });

  it('nobody without a picture has one', async () => {
    const person = await newPerson(stack);
    expectRefusal(await client.get(pathOf(person.id), { bearer: person.accessToken }), 404, 'NOT_FOUND');
  });
});
