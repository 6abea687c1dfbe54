// What each route must answer to each role at its own, a foreign and an unknown target, and the ways to ask.
import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Json, Options } from './client.ts';
import { newAddress, newPassword } from './people.ts';
import { roles, World, type Role, type Side } from './worlds.ts';

const here = new URL('..', import.meta.url).pathname;
const rows = (file: string): string[][] =>
  readFileSync(file, 'utf8').trim().split('\n').slice(1).map((line) => line.split(','));

export interface Line {
  readonly operation: string;
  readonly kind: string;
  readonly permission: string;
  readonly otherwise: string;
}

/** The expectation file: one line for each route, or the test fails. */
export const lines: Line[] = rows(join(here, 'isolation.csv')).map(([operation = '', kind = '', permission = '', otherwise = '']) => ({
  operation, kind, permission, otherwise,
}));

const matrix = new Map(rows(join(here, '../../spec/permissions.csv')).map(([, id = '', ...cells]) => [id, cells]));

export function cell(permission: string, role: Role): string {
  const cells = matrix.get(permission);
  if (cells === undefined) throw new Error(`permissions.csv has no ${permission}`);
  return cells[roles.indexOf(role)] ?? '';
}
const starts = (permission: string, role: Role): boolean => ['1', 'a'].includes(cell(permission, role));
const everywhere = (permission: string, role: Role): boolean => cell(permission, role) === '1';

export type Verdict = 'let in' | '403' | '404';

export interface Target {
  readonly name: string;
  readonly side?: Side; // none: an id that is nowhere
  readonly variant?: 'self' | 'assigned';
}

const resourceKinds = ['client', 'workflow', 'report'];

export function targetsOf(kind: string, world: World): Target[] {
  const own = { name: 'own', side: world.own };
  const away = [{ name: 'foreign', side: world.other }, { name: 'unknown' }];
  if (resourceKinds.includes(kind)) return [{ name: 'assigned', side: world.own, variant: 'assigned' }, { ...own, name: 'unassigned' }, ...away];
  if (kind === 'person') return [{ name: 'oneself', side: world.own, variant: 'self' }, own, ...away];
  if (kind === 'own-session') return away;
  if (kind === 'agent') return [own, { name: 'unknown' }];
  if (['self', 'self-or-nothing', 'caller'].includes(kind)) return [own];
  return [own, ...away];
}

/** The policy's word, from the matrix alone. */
export function expected(line: Line, role: Role, target: Target, world: World): Verdict {
  if (target.side === undefined) return '404';
  if (line.kind === 'own-session') return '404';
  if (target.side !== world.own) return '403';
  if (line.kind === 'self' || line.kind === 'self-or-nothing') return 'let in';
  if (target.variant === 'self') return everywhere(line.otherwise, role) ? 'let in' : '403';
  if (resourceKinds.includes(line.kind)) {
    const held = [line.permission, ...(line.otherwise === '' ? [] : [line.otherwise])];
    const may = held.some((one) => everywhere(one, role) || (cell(one, role) === 'a' && target.variant === 'assigned'));
    return may ? 'let in' : '403';
  }
  if (['caller', 'organization', 'body-organization'].includes(line.kind)) return starts(line.permission, role) ? 'let in' : '403';
  return everywhere(line.permission, role) ? 'let in' : '403';
}

/** Whether a person has a vault or a picture, or somebody an address, is no question of access: nobody here has one. */
const mayHaveNothing = (line: Line, target: Target): boolean =>
  line.kind === 'self-or-nothing' || line.operation === 'findPersonByAddress' || (line.operation === 'showProfilePicture' && target.side !== undefined);

/** Let in is who was served: with a body that is good a 400 would say that nobody asked what the route does. */
export function verdictOf(line: Line, target: Target, answer: Answer): Verdict | string {
  if (answer.status === 404 && !mayHaveNothing(line, target)) return '404';
  if (answer.status === 403) return '403';
  if (answer.status < 300 || mayHaveNothing(line, target)) return 'let in';
  if (answer.status === 428) return 'let in'; // asked to prove who one is: the step behind these (permissions §3)
  if (answer.status === 401 || answer.status >= 500) return String(answer.status);
  return withGoodBody(line) ? `${answer.status} ${answer.json?.code as string}` : 'let in';
}

async function invitationOf(world: World, side: Side): Promise<string> {
  const made = await world.stack.database.row`
    INSERT INTO invitations (organization_id, email, role, token_hash, expires_at)
    VALUES (${side.id}, ${newAddress('guest')}, 'staff', ${newAddress('hash')}, '2100-01-01T00:00:00.000Z') RETURNING id`;
  return made['id'] as string;
}

async function roleOf(world: World, side: Side): Promise<string> {
  const made = await world.stack.database.row`
    INSERT INTO custom_roles (organization_id, name) VALUES (${side.id}, ${newAddress('role')}) RETURNING id`;
  return made['id'] as string;
}

/** A session of somebody of whom nobody else is asked. */
async function colleaguesSession(world: World, side: Side): Promise<string> {
  const { id } = await world.colleague(side);
  return (await world.stack.database.row`INSERT INTO sessions (organization_id, user_id) VALUES (${side.id}, ${id}) RETURNING id`)['id'] as string;
}

/** A rule that does not count, about a network of its own. */
async function ruleOf(world: World, side: Side): Promise<string> {
  const network = `2001:db8:${randomBytes(2).toString('hex')}:${randomBytes(2).toString('hex')}::/64`;
  const made = await world.stack.database.row`
    INSERT INTO ip_rules (organization_id, action, network, enabled) VALUES (${side.id}, 'deny', ${network}, ${false}) RETURNING id`;
  return made['id'] as string;
}

async function reviewOf(world: World, side: Side): Promise<string> {
  const id = randomUUID();
  await world.stack.database.run`
    INSERT INTO access_reviews (id, organization_id, name, created_by, created_at) VALUES (${id}, ${side.id}, 'Of isolation', ${side.people.owner.who.id}, ${'2026-01-02T00:00:00.000Z'})`;
  await world.stack.database.run`
    INSERT INTO access_review_items (organization_id, review_id, user_id, role, status, permissions) VALUES (${side.id}, ${id}, ${side.people.staff.who.id}, 'staff', 'active', '')`;
  return id;
}

/** A decision about the manager there: others look at it where they may see people. */
async function decisionOf(world: World, side: Side): Promise<string> {
  const asked = { subject: { id: side.people.manager.who.id }, action: 'users.view' };
  return (await world.post('/api/authz/check', asked, side.people.owner)).json.decisionId as string;
}

async function idOf(line: Line, role: Role, target: Target, world: World): Promise<string> {
  const side = target.side;
  if (side === undefined) return '00000000-0000-7000-8000-000000000000';
  if (line.kind === 'organization') return side.id;
  if (line.kind === 'person') return target.variant === 'self' ? side.people[role].who.id : (await world.colleague(side)).id;
  if (line.kind === 'own-session') return sessionOf(world, side);
  if (line.kind === 'agent') return 'access-guide';
  if (line.kind === 'decision') return decisionOf(world, side);
  if (line.kind === 'session') return colleaguesSession(world, side);
  if (line.kind === 'ip-rule') return ruleOf(world, side);
  if (line.kind === 'access-review') return reviewOf(world, side);
  const type = line.kind === 'assignment' ? 'client' : line.kind;
  const resource = await world.resource(side, type);
  if (line.kind === 'assignment') {
    await world.assign(side, type, resource, side.people.staff.who.id);
    return (await world.stack.database.row`SELECT id FROM assignments WHERE resource_id = ${resource}`)['id'] as string;
  }
  if (target.variant === 'assigned') await world.assign(side, type, resource, side.people[role].who.id);
  return resource;
}

async function sessionOf(world: World, side: Side): Promise<string> {
  return (await world.stack.database.row`SELECT min(id) AS id FROM sessions WHERE organization_id = ${side.id}`)['id'] as string;
}

const nowhere = '00000000-0000-7000-8000-000000000000';
const own = (as: Role, world: World): string => world.own.people[as].who.id;

/** A body that the route takes, where it takes one; the rest is about oneself, and proves who one is in other ways. */
const goodBodies: Record<string, (world: World, role: Role, target: Target) => Json> = {
  beginAccessReview: () => ({ name: 'Of isolation' }),
  decideAccessReviewItem: (world) => ({ userId: own('staff', world), decision: 'keep', reason: 'Of isolation' }),
  createIpRule: () => ({ action: 'deny', network: '203.0.113.9' }),
  changeIpRule: () => ({ note: 'Changed' }),
  changeSecurityPolicy: () => ({ sessionIdleMinutes: 60 }),
  replayRiskDecisions: () => ({ stepUp: 60, block: 90 }),
  createOrganization: () => ({ name: 'House of one question' }),
  changeOrganization: () => ({ industry: 'Tests' }),
  createPerson: () => ({ email: newAddress('made'), password: newPassword() }),
  changePerson: () => ({ firstName: 'Renamed' }),
  changeRole: (_world, role, target) => ({ role: target.variant === 'self' ? role : 'staff' }),
  changeStatus: () => ({ status: 'active' }),
  invite: () => ({ email: newAddress('guest'), role: 'staff' }),
  createClient: () => ({ name: 'New' }),
  changeClient: () => ({ name: 'Renamed' }),
  createWorkflow: () => ({ name: 'New' }),
  changeWorkflow: () => ({ name: 'Renamed' }),
  createReport: () => ({ type: 'user-access', format: 'json' }),
  changeReport: () => ({ name: 'Renamed' }),
  assign: () => ({}),
  changeSubscription: () => ({ plan: 'pro' }),
  askAgent: () => ({ message: 'May I delete clients?' }),
  createRole: () => ({ name: newAddress('role'), permissions: [] }),
  changeRoleOfOrganization: () => ({ name: newAddress('role') }),
  giveCustomRole: () => ({ customRoleId: null }),
  checkPermission: (world, role) => ({ subject: { id: own(role, world) }, action: 'clients.view' }),
  explainPermission: (world, role) => ({ subject: { id: own(role, world) }, action: 'clients.view' }),
  listPermitted: (world, role) => ({ subject: { id: own(role, world) }, action: 'view', resourceType: 'client' }),
  simulateRoleChange: () => ({ change: { role: { name: newAddress('role'), permissions: [] } } }),
  evaluateAccess: (world, role) => ({ subject: { type: 'user', id: own(role, world) }, action: { name: 'view' }, resource: { type: 'client', id: nowhere } }),
  evaluateAccesses: (world, role) => ({ subject: { type: 'user', id: own(role, world) }, action: { name: 'view' }, resource: { type: 'client', id: nowhere } }),
  searchResources: (world, role) => ({ subject: { type: 'user', id: own(role, world) }, action: { name: 'view' }, resource: { type: 'client' } }),
  clearNotifications: () => ({}),
  organizationLogout: () => ({}),
  logoutEverywhere: () => ({}),
};
const goodQueries: Record<string, () => string> = {
  search: () => '?q=a',
  findPersonByAddress: () => `?email=${newAddress('nobody')}`,
};
/** Routes that take nothing are asked with nothing: that is as good. Nobody is found under a made-up address. */
const withGoodBody = (line: Line): boolean =>
  line.operation in goodBodies || line.operation in goodQueries || !/^(account|change|enable|verify|generate|disable|init|set|switch|upload|download|delete|erase|askForStepUp)/.test(line.operation);

async function bodyFor(line: Line, role: Role, target: Target, world: World): Promise<Json> {
  const good = goodBodies[line.operation]?.(world, role, target) ?? {};
  if (line.kind === 'body-organization') return { ...good, organizationId: target.side?.id ?? nowhere };
  if (line.kind !== 'body-resource') return good;
  const resourceId = target.side === undefined ? nowhere : await world.resource(target.side, 'client');
  return { resourceType: 'client', resourceId, userId: world.own.people.staff.who.id };
}

/** By somebody who is no role of this organization: a good request but for who asks. */
export async function askAs(line: Line, method: string, template: string, as: Options, target: Target, world: World): Promise<Answer> {
  return send(line, method, template, 'manager', target, world, as);
}

/** Asks once, of a target made for this one question: no answer changes what the next one finds. */
export async function ask(line: Line, method: string, template: string, role: Role, target: Target, world: World): Promise<Answer> {
  // Who ends their own sessions or deletes their organization does so in a world of their own.
  const consumes = line.operation === 'deleteOrganization' || /^(organizationLogout|logoutEverywhere)$/.test(line.operation);
  const side = consumes ? await World.side(world.houses, 'House of one question') : world.own;
  const at = consumes && target.side === world.own ? { ...target, side } : target;
  return send(line, method, template, role, at, world, side.people[role].as);
}

async function send(line: Line, method: string, template: string, role: Role, at: Target, world: World, as: Options): Promise<Answer> {
  let path = template;
  if (path.includes('{invitationId}')) path = path.replace('{invitationId}', at.side === undefined ? 'nowhere' : await invitationOf(world, at.side));
  if (path.includes('{roleId}')) path = path.replace('{roleId}', at.side === undefined ? 'nowhere' : await roleOf(world, at.side));
  if (path.includes('{')) path = path.replace(/\{\w+\}/, await idOf(line, role, at, world));
  const body = ['GET', 'DELETE', 'HEAD'].includes(method) ? undefined : await bodyFor(line, role, at, world);
  path += goodQueries[line.operation]?.() ?? '';
  return world.stack.client.send(method, path, body === undefined ? as : { ...as, body });
}
