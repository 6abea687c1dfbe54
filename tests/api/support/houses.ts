// Organizations with somebody who may act in them: the provisioner where provisioning is open, else an owner's bearer.
import type { Answer, Json, Options } from './client.ts';
import { bcrypt, credentialsIn, newAddress, newPassword, organizationLoginPath, type Registered } from './people.ts';
import { inTest } from './settings.ts';
import { startStack, type Stack } from './stack.ts';

export const organizationsPath = '/api/organizations';
export const usersPath = '/api/users';

export type Profile = 'open' | 'closed';

/** Open provisioning exists in test alone; what makes sense with credentials is proven closed as well. */
export const profiles: Profile[] = inTest ? ['open', 'closed'] : ['closed'];

export interface Member extends Registered {
  readonly role: string;
}

export interface House {
  readonly id: string;
  /** What its requests carry: nothing, or an owner's bearer. */
  readonly as: Options;
}

export class Houses {
  private constructor(
    readonly profile: Profile,
    readonly stack: Stack,
  ) {}

  /** On a server of one's own making. */
  static on(profile: Profile, stack: Stack): Houses {
    return new Houses(profile, stack);
  }

  static async start(profile: Profile): Promise<Houses> {
    return Houses.on(profile, await startStack(profile === 'open' ? { GATEHOUSE_PROVISIONING: 'open', GATEHOUSE_RESET_TOKEN_STORAGE: 'column' } : {}));
  }

  /** An organization inserted by SQL; closed: with an owner who has signed in. */
  async house(kind = 'business'): Promise<House> {
    const made = await this.stack.database.row`INSERT INTO organizations (name, kind) VALUES ('Fixture House', ${kind}) RETURNING id`;
    const id = made['id'] as string;
    if (this.profile === 'open') return { id, as: {} };
    const owner = await this.member(id, 'owner');
    await this.stack.database.run`UPDATE organizations SET owner_id = ${owner.id} WHERE id = ${id}`;
    return { id, as: await this.bearer(owner) };
  }

  /** The same, and who owns it; closed provisioning alone has owners. */
  async owned(): Promise<{ house: House; owner: Member; token: string }> {
    const made = await this.stack.database.row`INSERT INTO organizations (name) VALUES ('Owned House') RETURNING id`;
    const id = made['id'] as string;
    const owner = await this.member(id, 'owner');
    await this.stack.database.run`UPDATE organizations SET owner_id = ${owner.id} WHERE id = ${id}`;
    const as = await this.bearer(owner);
    return { house: { id, as }, owner, token: as.bearer as string };
  }

  /** Somebody of this role, and what their requests carry. */
  async actor(organizationId: string, role = 'staff'): Promise<{ who: Member; as: Options }> {
    const who = await this.member(organizationId, role);
    return { who, as: await this.bearer(who) };
  }

  /** Somebody inserted by SQL, as fixtures do. */
  async member(organizationId: string, role = 'staff', email = newAddress(role)): Promise<Member> {
    const password = newPassword(email);
    const made = await this.stack.database.row`
      INSERT INTO users (email, password_hash, role, organization_id, first_name, last_name)
      VALUES (${email}, ${await bcrypt(password)}, ${role}, ${organizationId}, 'Test', 'User') RETURNING id`;
    return { id: made['id'] as string, email, password, organizationId, role };
  }

  async bearer(who: { email: string; password: string; organizationId: string }): Promise<Options> {
    const answer = await this.stack.client.post(organizationLoginPath, {
      email: who.email, password: who.password, organizationId: who.organizationId,
    });
    return { bearer: credentialsIn(answer, who.email).token };
  }

  /** POST /api/organizations by somebody who may: closed, the owner of a still unnamed personal one. */
  async create(body: Json): Promise<{ answer: Answer; as: Options }> {
    const as = this.profile === 'open' ? {} : (await this.house('personal')).as;
    return { answer: await this.stack.client.post(organizationsPath, body, as), as };
  }

  add(house: House, body: Json): Promise<Answer> {
    return this.stack.client.post(usersPath, { organizationId: house.id, firstName: 'Test', lastName: 'User', ...body }, house.as);
  }

  patch(path: string, body: Json, as: Options): Promise<Answer> {
    return this.stack.client.send('PATCH', path, { ...as, body });
  }
}

/** Members that no answer may ever have. */
export const secretMembers = /"(password\w*|\w*[hH]ash|\w*[sS]ecret|reset\w*|backup\w*)"\s*:/;
