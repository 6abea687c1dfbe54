// A kind of thing out of its declaration: its fields follow from its attributes.
import Box from '@lucide/svelte/icons/box';
import { api, pageOf, said } from '$api/client';
import { at, field, resource, resources, type Field, type Kind, type Row } from './kinds';
import { titleOf, type Declared } from './types';

type Attribute = Declared['attributes'][number];
const formats: Record<string, Field['type']> = { email: 'email', date: 'date', uri: 'url' };
const longLine = 200;

function shownAs(attribute: Attribute): Field['type'] {
  if (attribute.type === 'boolean' || attribute.allowed.length > 0) return 'choice';
  if (attribute.type !== 'string') return 'number';
  return formats[attribute.format ?? ''] ?? (attribute.maxLength > longLine ? 'long' : 'text');
}
function fieldOf(attribute: Attribute, index: number, kind: string): Field {
  const type = shownAs(attribute);
  const made = field(attribute.name, titleOf(attribute.name), `input-${kind}-${attribute.name}`, type === 'number' ? 30 : attribute.maxLength, type, index < 2 && type !== 'long');
  return { ...made, choices: attribute.type === 'boolean' ? ['true', 'false'] : attribute.allowed };
}

/** What is typed as what is declared; a number that is none goes as it is, and the server says so. */
function valueOf(attribute: Attribute, text: string): string | number | boolean | null {
  const given = text.trim();
  if (given === '') return null;
  if (attribute.type === 'boolean') return given === 'true';
  return attribute.type === 'string' || Number.isNaN(Number(given)) ? given : Number(given);
}

// All collections have the same routes, members and answers; the types of one stand for them.
export function kindOf(type: Declared): Kind {
  const list = `/api/${type.collection}` as '/api/clients';
  const one = `/api/${type.collection}/{id}` as '/api/clients/{id}';
  const words = (name: string) => name.replaceAll(/[-_]/g, ' ');
  const fields = type.attributes.map((attribute, index) => fieldOf(attribute, index, type.name));
  const body = (name: string, given: Record<string, string>) =>
    ({ name, ...Object.fromEntries(type.attributes.map((attribute) => [attribute.name, valueOf(attribute, given[attribute.name] ?? '')])) }) as never;
  return {
    type: type.name,
    one: words(type.name),
    many: words(type.collection),
    title: titleOf(type.collection),
    about: 'What your organization keeps of these, and who looks after each.',
    icon: Box,
    fields,
    may: { view: type.view, create: type.create, edit: type.edit, ...(type.editAssigned !== null && { editAssigned: type.editAssigned }), remove: type.remove },
    list: async (query) => resources(pageOf<Row>(await said(api.GET(list, { params: { query } }))), fields),
    create: async (name, given) => resource(await said(api.POST(list, { body: body(name, given) })), fields),
    change: async (id, name, given) => resource(await said(api.PATCH(one, { ...at(id), body: body(name, given) })), fields),
    remove: (id) => said(api.DELETE(one, at(id))),
  };
}
