// What was typed or chosen on the page and not sent yet: known by its fields, never by its words.
const fields = new Set<Element>();
let submitted: Element | undefined;

/** Words that narrow a list stand in the address, and are not lost; nor is a form that only asks (data-asks). */
export function noteTyped(event: Event): void {
  // A press alone changes nothing but a switch.
  const kinds = event.type === 'click' ? '[role="switch"]' : 'input:not([type="search"]), textarea, select';
  const field = (event.target as Element | null)?.closest?.(kinds);
  if (!field?.closest('form:not([data-asks]), [role="dialog"]')) return;
  for (const one of fields) if (!one.isConnected) fields.delete(one);
  fields.add(field);
}

export function isSomethingTyped(): boolean {
  return [...fields].some((field) => field.isConnected);
}

/** Comes before the handlers of the form itself. */
export function noteSubmit(event: SubmitEvent): void {
  submitted = event.target as Element;
}

/** The form whose handler is asking. */
export function takeSubmitted(): Element | undefined {
  const form = submitted;
  submitted = undefined;
  return form;
}

/** Whether something in here was. */
export function isTypedIn(place: Element | null): boolean {
  return [...fields].some((field) => place?.contains(field));
}

/** It was sent, or given up: that of one form, or all. */
export function forgetTyped(form?: Element): void {
  for (const field of fields) if (form === undefined || form.contains(field)) fields.delete(field);
}
