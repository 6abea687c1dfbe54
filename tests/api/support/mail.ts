// Reads captured mail as a person's mailbox would show it.
import type { Answer, Client, Json } from './client.ts';
import type { Database } from './database.ts';
import { keepSecret } from './evidence.ts';
import { patience } from './settings.ts';

export interface Mail {
  readonly id: string;
  readonly to: string[];
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** Asks again until there is something to return; says what was missing when the time is up. */
export async function until<T>(what: string, seconds: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + seconds * 1000 * patience;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

export class Mailbox {
  constructor(
    private readonly client: Client,
    private readonly database: Database,
    private readonly hasDrain: boolean,
  ) {}

  /** How many mails there are to an address. */
  async count(address: string): Promise<number> {
    return (await this.list(address)).length;
  }

  /** Newest first. */
  async list(address: string): Promise<Json[]> {
    const answer = await this.client.get(`/api/v1/search?query=${encodeURIComponent(`to:${address}`)}&limit=200`);
    if (answer.status !== 200) throw new Error(`mail search answered ${answer.status}: ${answer.text}`);
    return answer.json.messages as Json[];
  }

  async read(id: string): Promise<Mail> {
    const answer = await this.client.get(`/api/v1/message/${encodeURIComponent(id)}`);
    if (answer.status !== 200) throw new Error(`mail ${id} answered ${answer.status}: ${answer.text}`);
    const body = answer.json;
    const mail = {
      id,
      to: (body.To as Json[]).map((one) => one.Address as string),
      subject: body.Subject as string,
      html: body.HTML as string,
      text: body.Text as string,
    };
    for (const token of tokensIn(mail.html)) keepSecret('link', mail.to[0] ?? '', token);
    return mail;
  }

  async raw(id: string): Promise<Answer> {
    return this.client.get(`/api/v1/message/${encodeURIComponent(id)}/raw`);
  }

  /** The newest mail to an address, once there are at least so many (with this subject). */
  async wait(address: string, atLeast = 1, subject?: string, seconds = 15): Promise<Mail> {
    const found = await until(`mail ${atLeast} to ${address}`, seconds, async () => {
      const all = (await this.list(address)).filter((one) => subject === undefined || String(one.Subject).includes(subject));
      return all.length >= atLeast ? all : undefined;
    });
    return this.read(found[0].ID as string);
  }

  /** Returns once nothing is waiting to be sent, so that "no mail" can be said. */
  async drain(seconds = 20): Promise<void> {
    await until('an empty outbox', seconds, async () => {
      if (!this.hasDrain) {
        const waiting = await this.database.count`SELECT count(*) FROM outbox WHERE status IN ('pending', 'sending')`;
        return waiting === 0 ? true : undefined;
      }
      const answer = await this.client.get('/__test/outbox?drain=1');
      if (answer.status === 503) return undefined; // something still waits: the server gave up asking, not we
      if (answer.status !== 200) throw new Error(`drain answered ${answer.status}: ${answer.text}`);
      return answer.json.pending === 0 ? true : undefined;
    });
  }
}

export function tokensIn(html: string): string[] {
  return [...html.matchAll(/[?&]token=([A-Za-z0-9_\-.~%]+)/g)].map((match) => match[1] as string);
}

/** The first link of a mail's HTML that leads to this path, with its escapes undone. */
export function linkIn(mail: Mail, path: string): string {
  const escaped = path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const match = new RegExp(`https?://[^\\s"'<>]+${escaped}\\?[^\\s"'<>]+`).exec(mail.html);
  if (match === null) throw new Error(`no link to ${path} in: ${mail.html}`);
  return match[0].replaceAll('&amp;', '&');
}
