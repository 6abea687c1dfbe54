// Two organizations with one person of every role each, signed in: the world of layer 3.
import type { Answer, Options } from './client.ts';
import { Houses, type Member } from './houses.ts';

export const roles = ['owner', 'admin', 'manager', 'staff'] as const;
export type Role = (typeof roles)[number];

export interface Actor {
  readonly who: Member;
  readonly as: Options;
}

export interface Side {
  readonly id: string;
  readonly people: Record<Role, Actor>;
}

export class World {
  private constructor(
    readonly houses: Houses,
    readonly own: Side,
    readonly other: Side,
  ) {}

  static async start(): Promise<World> {
    return World.on(await Houses.start('closed'));
  }

  static async on(houses: Houses): Promise<World> {
    return new World(houses, await World.side(houses, 'House of A'), await World.side(houses, 'House of B'));
  }

  static async side(houses: Houses, name: string): Promise<Side> {
    const made = await houses.stack.database.row`INSERT INTO organizations (name) VALUES (${name}) RETURNING id`;
    const id = made['id'] as string;
    const people: Partial<Record<Role, Actor>> = {};
    for (const role of roles) people[role] = await houses.actor(id, role);
    await houses.stack.database.run`UPDATE organizations SET owner_id = ${people.owner!.who.id} WHERE id = ${id}`;
    return { id, people: people as Record<Role, Actor> };
  }

  get stack() {
    return this.houses.stack;
  }

  get(path: string, actor: Actor): Promise<Answer> {
    return this.stack.client.get(path, actor.as);
  }
  post(path: string, body: unknown, actor: Actor): Promise<Answer> {
    return this.stack.client.post(path, body, actor.as);
  }
  patch(path: string, body: unknown, actor: Actor): Promise<Answer> {
    return this.stack.client.send('PATCH', path, { ...actor.as, body });
  }
  delete(path: string, actor: Actor): Promise<Answer> {
    return this.stack.client.delete(path, actor.as);
  }

  /** A resource inserted by SQL, assigned to nobody. */
  async resource(side: Side, type: string, name = `A ${type}`): Promise<string> {
    const data = type === 'report' ? '{"type":"user-access","format":"csv","status":"ready"}' : '{}';
    const made = await this.stack.database.row`
      INSERT INTO resources (organization_id, type, name, data) VALUES (${side.id}, ${type}, ${name}, ${data}) RETURNING id`;
    return made['id'] as string;
  }

  async assign(side: Side, type: string, resource: string, user: string): Promise<void> {
    await this.stack.database.run`
      INSERT INTO assignments (organization_id, resource_type, resource_id, user_id) VALUES (${side.id}, ${type}, ${resource}, ${user})`;
  }

  /** Somebody to act upon, inserted by SQL. */
  colleague(side: Side, role: Role = 'staff'): Promise<Member> {
    return this.houses.member(side.id, role);
  }
}
