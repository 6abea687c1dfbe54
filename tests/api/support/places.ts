// Small files in MaxMind's format: a tree over 128 bits, and one entry for each IPv4 network of 256 addresses.

type Side = { node: number } | { entry: number } | undefined;
const text = (value: string): Buffer => Buffer.concat([Buffer.of((2 << 5) | value.length), Buffer.from(value)]);
const map = (members: number): Buffer => Buffer.of((7 << 5) | members);
const big = (value: number, bytes: number): Buffer => {
  const made = Buffer.alloc(bytes);
  made.writeUIntBE(value, 0, bytes);
  return made;
};
const number = (type: number, value: number, bytes: number): Buffer => Buffer.concat([Buffer.of((type << 5) | bytes), big(value, bytes)]);
const metadata = (nodes: number): Buffer =>
  Buffer.concat([
    map(9), text('node_count'), number(6, nodes, 4), text('record_size'), number(5, 24, 2), text('ip_version'), number(5, 6, 2), text('database_type'), text('Sample'),
    text('languages'), Buffer.of(0, 4), text('binary_format_major_version'), number(5, 2, 2), text('binary_format_minor_version'), number(5, 0, 2),
    text('build_epoch'), Buffer.of(6, 2), big(1_700_000_000, 6), text('description'), map(0),
  ]);

/** `198.51.100` → its country and city. */
export function placeFile(places: Record<string, { country: string; city: string }>): Buffer {
  const nodes: [Side, Side][] = [[undefined, undefined]];
  const entries: Buffer[] = [];
  let length = 0;
  for (const [network, { country, city }] of Object.entries(places)) {
    const bits = [...Array.from({ length: 96 }, () => 0), ...network.split('.').flatMap((byte) => Array.from({ length: 8 }, (_, bit) => (Number(byte) >> (7 - bit)) & 1))];
    let node = 0;
    for (const bit of bits.slice(0, -1)) {
      const next = nodes[node]![bit]!;
      if (next !== undefined && 'node' in next) node = next.node;
      else {
        nodes.push([undefined, undefined]);
        nodes[node]![bit] = { node: nodes.length - 1 };
        node = nodes.length - 1;
      }
    }
    nodes[node]![bits.at(-1)!] = { entry: length };
    const entry = Buffer.concat([map(2), text('country'), map(1), text('iso_code'), text(country), text('city'), map(1), text('names'), map(1), text('en'), text(city)]);
    entries.push(entry);
    length += entry.length;
  }
  const value = (side: Side): number => (side === undefined ? nodes.length : 'node' in side ? side.node : nodes.length + 16 + side.entry);
  const tree = nodes.map((sides) => Buffer.concat(sides.map((side) => big(value(side), 3))));
  return Buffer.concat([...tree, Buffer.alloc(16), ...entries, Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1'), metadata(nodes.length)]);
}
