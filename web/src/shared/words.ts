// Words of machines as people write them.

/** `SESSION_REVOKED`, `new_device` and `a thing` begin like a sentence. */
export function sentenceOf(words: string): string {
  const plain = words.replaceAll('_', ' ').trim().toLowerCase();
  return plain.charAt(0).toUpperCase() + plain.slice(1);
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** Within a sentence: what is said letter by letter is written large. */
export const spoken = (words: string): string => words.replace(/\b(ai|api|ip)\b/g, (word) => word.toUpperCase());
