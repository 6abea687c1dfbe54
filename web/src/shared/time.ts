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
    if (Math.abs(distance) < size) return relative.format(Math.round(distance), unit);
    distance /= size;
  }
  return exact(when);
}

export function exact(when: string): string {
  return new Date(when).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
}

export function day(when: string): string {
  return new Date(when).toLocaleDateString('en-GB', { dateStyle: 'medium' });
}

export function timeOfDay(when: string): string {
  return new Date(when).toLocaleTimeString('en-GB', { timeStyle: 'short' });
}
