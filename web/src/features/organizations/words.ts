// What organizations say about themselves.
const same = (words: string[]) => words.map((word) => ({ value: word, label: word }));

export const industries = [
  { value: '', label: 'Not said' },
  ...same(['Accounting', 'Consulting', 'Education', 'Finance', 'Healthcare', 'Legal', 'Manufacturing', 'Public sector', 'Retail', 'Technology', 'Other']),
];
export const sizes = [{ value: '', label: 'Not said' }, ...same(['1-10', '11-50', '51-200', '201-1000', '1000+'])];
