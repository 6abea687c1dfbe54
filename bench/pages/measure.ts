// What Lighthouse says of pages, on its own idea of a slow phone: medians of several rounds, as JSON.
// usage: measure.ts ORIGIN TOKEN ROUNDS PATH…        with TOKEN as the session's cookie
import { launch } from 'chrome-launcher';
import lighthouse from 'lighthouse';

const [origin, token, rounds, ...paths] = process.argv.slice(2);
if (origin === undefined || token === undefined || rounds === undefined || paths.length === 0)
  throw new Error('usage: measure.ts ORIGIN TOKEN ROUNDS PATH…');

const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
};

// Debian's Chromium refuses its sandbox to root; what it opens here is our own server alone.
const chrome = await launch({ chromePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', chromeFlags: ['--headless=new', '--no-sandbox', '--disable-dev-shm-usage'] });
try {
  const measured: Record<string, object> = {};
  for (const path of paths) {
    const found = { performance: [] as number[], accessibility: [] as number[], contentful: [] as number[], bytes: [] as number[] };
    for (let round = 0; round < Number(rounds); round += 1) {
      const run = await lighthouse(`${origin}${path}`, {
        port: chrome.port,
        logLevel: 'error',
        onlyCategories: ['performance', 'accessibility'],
        extraHeaders: path === '/login' ? undefined : { Cookie: `token=${token}` },
      });
      const report = run?.lhr;
      if (report === undefined || report.runtimeError !== undefined) throw new Error(`${path}: ${report?.runtimeError?.message ?? 'nothing was said'}`);
      if (!report.finalDisplayedUrl.endsWith(path)) throw new Error(`${path} led to ${report.finalDisplayedUrl}`);
      found.performance.push(Math.round((report.categories['performance']?.score ?? 0) * 100));
      found.accessibility.push(Math.round((report.categories['accessibility']?.score ?? 0) * 100));
      found.contentful.push(report.audits['largest-contentful-paint']?.numericValue ?? NaN);
      found.bytes.push(report.audits['total-byte-weight']?.numericValue ?? NaN);
    }
    measured[path] = Object.fromEntries(
      Object.entries(found).map(([name, values]) => [name, { median: median(values), least: Math.min(...values), most: Math.max(...values) }]),
    );
  }
  console.log(JSON.stringify(measured));
} finally {
  chrome.kill();
}
