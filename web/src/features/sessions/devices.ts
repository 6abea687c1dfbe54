// What a session is called: by its own name, or by what its browser says of itself.
interface Session {
  userAgent: string | null;
  deviceName: string | null;
  country: string | null;
  city: string | null;
}

const browsers: [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\/|Chromium\//, 'Chrome'],
  [/Safari\//, 'Safari'],
];
const systems: [RegExp, string][] = [
  [/iPhone/, 'iPhone'],
  [/iPad/, 'iPad'],
  [/Android/, 'Android'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/CrOS/, 'ChromeOS'],
  [/Linux/, 'Linux'],
];

export function deviceOf(session: Session): { name: string; place: string; isPhone: boolean } {
  const agent = session.userAgent ?? '';
  const browser = browsers.find(([pattern]) => pattern.test(agent))?.[1];
  const system = systems.find(([pattern]) => pattern.test(agent))?.[1];
  const guessed = browser && system ? `${browser} on ${system}` : (browser ?? system ?? (agent ? (agent.split('/')[0] ?? agent).slice(0, 60) : 'Unknown device'));
  return {
    name: session.deviceName ?? guessed,
    place: [session.city, session.country].filter(Boolean).join(', '),
    isPhone: /Mobile|Android|iPhone|iPad/.test(agent),
  };
}
