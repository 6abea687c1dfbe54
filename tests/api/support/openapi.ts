// Judges answers by the OpenAPI document that the server itself publishes.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Answer, Json } from './client.ts';
import { settings } from './settings.ts';

export interface Operation {
  readonly method: string;
  /** As the document writes it, with {parameters}. */
  readonly template: string;
  readonly pattern: RegExp;
  readonly definition: Json;
}

/** Routes of types that a test declares in a policy of its own: the main server's document knows none of them. */
const ofAnOperatorsPolicy = /^\/api\/machines(\/|\?|$)/;

export class Document {
  readonly root: Json;
  readonly operations: Operation[];
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, validateFormats: true });
  private readonly compiled = new Map<string, ValidateFunction>();

  constructor(text: string) {
    this.root = JSON.parse(text) as Json;
    (formats as unknown as (ajv: Ajv2020) => void)(this.ajv);
    this.ajv.addSchema(this.root as object, 'document');
    this.operations = [];
    for (const [template, item] of Object.entries<Json>(this.root.paths)) {
      const pattern = new RegExp(`^${template.replace(/[.+*?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/]+')}$`);
      for (const method of ['get', 'post', 'put', 'patch', 'delete', 'head', 'options']) {
        if (item[method] === undefined) continue;
        this.operations.push({ method: method.toUpperCase(), template, pattern, definition: item[method] });
      }
    }
    // Literal segments are routed before parameters.
    this.operations.sort((a, b) => (a.template.split('{').length - b.template.split('{').length));
  }

  find(method: string, path: string): Operation | undefined {
    const bare = path.split('?')[0] as string;
    return this.operations.find((operation) => operation.method === method && operation.pattern.test(bare));
  }

  knowsPath(path: string): boolean {
    const bare = path.split('?')[0] as string;
    return this.operations.some((operation) => operation.pattern.test(bare));
  }

  resolve(value: Json): Json {
    let found = value;
    while (found !== undefined && typeof found.$ref === 'string') {
      found = pointerParts(found.$ref as string).reduce((node: Json, part) => node?.[part], this.root);
    }
    return found;
  }

  /** The schema of the JSON body an operation takes, or undefined when it takes none. */
  requestSchema(operation: Operation): Json {
    const body = this.resolve(operation.definition.requestBody);
    return this.resolve(body?.content?.['application/json']?.schema);
  }

  /** What is wrong with this answer by the document; undefined when nothing is. */
  problem(answer: Answer): string | undefined {
    const operation = this.find(answer.method, answer.path);
    if (operation === undefined) {
      if (ofAnOperatorsPolicy.test(answer.path)) return undefined; // 83_policy judges its description itself
      return answer.status < 400 && answer.json !== undefined ? 'a JSON answer of a route the document does not know' : undefined;
    }
    const responses = operation.definition.responses ?? {};
    const key = String(answer.status) in responses ? String(answer.status) : `${Math.floor(answer.status / 100)}XX`;
    const chosen = key in responses ? key : 'default';
    if (!(chosen in responses)) return `status ${answer.status} is not in the document`;
    const content = this.resolve(responses[chosen])?.content;
    if (answer.json === undefined) return undefined;
    if (content === undefined) return `status ${answer.status} answers JSON, the document knows no body`;
    if ('*/*' in content) return undefined; // a file, of whatever type was asked for
    const type = Object.keys(content as object).find((name) => name.startsWith('application/json'));
    if (type === undefined) return `status ${answer.status} answers JSON, the document says ${Object.keys(content as object).join()}`;
    const schema = content[type].schema;
    if (schema === undefined) return `status ${answer.status} has no schema in the document`;
    const validate = this.compile(operation, chosen, schema);
    return validate(answer.json) ? undefined : this.ajv.errorsText(validate.errors);
  }

  private compile(operation: Operation, status: string, schema: Json): ValidateFunction {
    const key = `${operation.method} ${operation.template} ${status}`;
    const before = this.compiled.get(key);
    if (before !== undefined) return before;
    const made = this.ajv.compile(absolute(schema) as object);
    this.compiled.set(key, made);
    return made;
  }
}

function pointerParts(reference: string): string[] {
  return reference
    .slice(2)
    .split('/')
    .map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The same schema with its references pointing into the whole document. */
function absolute(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(absolute);
  if (schema === null || typeof schema !== 'object') return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' && typeof value === 'string' && value.startsWith('#') ? [key, `document${value}`] : [key, absolute(value)],
    ),
  );
}

let loaded: Document | undefined;

/** The document of the server that most files share. */
export function document(): Document {
  loaded ??= new Document(readFileSync(join(settings.runFolder, 'openapi.json'), 'utf8'));
  return loaded;
}
