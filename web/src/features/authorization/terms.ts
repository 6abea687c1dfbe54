// The links of a decision in words, and what can be done with a kind of thing.
const terms: Record<string, string> = {
  subject_active: 'The account is active',
  same_organization: 'It belongs to the same organization',
  permission: 'The role grants it',
  assigned: 'It is assigned to them',
  own: 'It is their own',
};

export function termText(term: string): string {
  return terms[term] ?? term.replaceAll('_', ' ');
}

export function verbsOn(type: string): string[] {
  return type === '' ? [] : ['view', 'create', 'edit', 'delete'];
}
