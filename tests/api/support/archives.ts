// Opens evidence as auditors do: with programs of others, which must all find the same in it.
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settings } from './settings.ts';

export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

function run(program: string, words: string[], input?: string): Buffer {
  const ended = spawnSync(program, words, { input, maxBuffer: 1 << 30 });
  if (ended.error !== undefined) throw ended.error;
  if (ended.status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${ended.status}: ${ended.stdout} ${ended.stderr}`);
  return ended.stdout;
}

export class Archive {
  readonly file: string;

  constructor(bytes: Buffer) {
    this.file = join(settings.runFolder, `evidence-${randomBytes(6).toString('hex')}.zip`);
    writeFileSync(this.file, bytes);
  }

  /** Info-ZIP, Python and libarchive read it whole and agree on the names; in their order. */
  names(): string[] {
    run('unzip', ['-tqq', this.file]);
    const python = 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print("\\n".join(z.namelist()))';
    const names = run('python3', ['-c', python, this.file]).toString().trim().split('\n');
    const others = run('bsdtar', ['-tf', this.file]).toString().trim().split('\n');
    if (names.join() !== others.join()) throw new Error(`zipfile finds ${names.join()}, bsdtar ${others.join()}`);
    return names;
  }

  entry(name: string): Buffer {
    return run('unzip', ['-p', this.file, name]);
  }

  /** Every entry as a file, by bsdtar, which reads from front to back. */
  extracted(): string {
    const folder = this.file.replace(/\.zip$/, '');
    mkdirSync(folder);
    run('bsdtar', ['-xf', this.file, '-C', folder]);
    return folder;
  }
}

/** What the independent verifier says of a bundle, a ZIP or a folder. */
export function verifiedByPython(path: string): { status: number | null; output: string } {
  const script = fileURLToPath(new URL('../../../tools/verify_bundle.py', import.meta.url));
  const ended = spawnSync('python3', [script, path], { encoding: 'utf8' });
  if (ended.error !== undefined) throw ended.error;
  return { status: ended.status, output: `${ended.stdout}${ended.stderr}` };
}

/** What SQLite's importer makes of a CSV file: one object for each row, an empty cell an empty text. */
export function imported(csv: Buffer | string): Record<string, string>[] {
  const file = join(settings.runFolder, `evidence-${randomBytes(6).toString('hex')}.csv`);
  writeFileSync(file, csv);
  const out = run('sqlite3', ['-batch', '-bail', ':memory:'], `.mode csv\n.import ${file} t\n.mode json\nSELECT * FROM t;\n`).toString();
  return out.trim() === '' ? [] : (JSON.parse(out) as Record<string, string>[]);
}
