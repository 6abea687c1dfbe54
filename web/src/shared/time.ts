// Times as people say them.
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const steps: [number, Intl.RelativeTimeFormatUnit][] = [
  [60, 'second'],
  [60, 'minute'],
  [24, 'hour'],
  [7, 'day'],
  [4.35, 'week'],
  [12, 'month'],
  [Infinity, 'year'],
];

export function ago(when: string, now = Date.now()): string {
  let distance = (new Date(when).getTime() - now) / 1000;
  if (Math.abs(distance) < 45) return 'just now';
  for (const [size, unit] of steps) {
    if (Math.round(Math.abs(distance)) < size) return relative.format(Math.round(distance), unit);
    distance /= size;
  }
  return exact(when);
}

/** With the zone of whoever reads it: a time is quoted to people who sit elsewhere. */
export function exact(when: string): string {
  return new Date(when).toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' });
}

export function day(when: string): string {
  return new Date(when).toLocaleDateString('en-GB', { dateStyle: 'medium' });
}

/** A day of the server's calendar, which is that of UTC: it has the same name everywhere. */
export function calendarDay(when: string): string {
  return new Date(when).toLocaleDateString('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
}

export function timeOfDay(when: string): string {
  return new Date(when).toLocaleTimeString('en-GB', { timeStyle: 'short' });
}
