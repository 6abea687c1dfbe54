// How good a password is, in the browser. The server alone decides whether it is taken.
export type Strength = 'empty' | 'weak' | 'fair' | 'strong';

export interface Judged {
  strength: Strength;
  score: number; // 0 to 4: how many of the four bars are lit
  advice: string;
}

const common = /^(password|passwort|qwert[yz]|letmein|welcome|admin|abc123|iloveyou|monkey|dragon)\W*\d*\W*$|^(\d)\2+$|^0?123456789?0?$/i;

function kinds(text: string): number {
  const tests = [/\p{Ll}/u, /\p{Lu}/u, /\p{Lo}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u];
  return tests.filter((test) => test.test(text)).length;
}

/** The rule of the server (8 characters of three kinds, or 16), and how far beyond it the password is. */
export function judge(password: string): Judged {
  const length = [...password].length;
  if (length === 0) return { strength: 'empty', score: 0, advice: 'At least 8 characters of three kinds, or 16 of any.' };
  const distinct = new Set(password).size;
  if (length < 8) return { strength: 'weak', score: 1, advice: `Too short: ${8 - length} more ${8 - length === 1 ? 'character' : 'characters'} at least.` };
  if (kinds(password) < 3 && length < 16)
    return { strength: 'weak', score: 1, advice: 'Mix upper case, lower case, digits and signs, or make it 16 characters long.' };
  if (common.test(password) || distinct < 5) return { strength: 'weak', score: 1, advice: 'Too easy to guess.' };
  const points = length + kinds(password) * 2 + Math.min(distinct, 12) / 2;
  if (points < 20) return { strength: 'fair', score: 2, advice: 'Good enough. A few more characters make it strong.' };
  return { strength: 'strong', score: points >= 30 ? 4 : 3, advice: 'Strong.' };
}
