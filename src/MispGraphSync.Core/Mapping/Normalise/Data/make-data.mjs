// Writes PublicSuffixes.txt and HostMappings.txt beside this file. The data comes from two npm packages:
//
//   npm install --ignore-scripts --no-save --prefix /tmp/data tldts tr46
//   node make-data.mjs /tmp/data 2026-11-25      (the day on which tldts was published)

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { domainToASCII } from 'node:url';

const [folder, date] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const packages = `${folder}/node_modules`;
const version = name => JSON.parse(readFileSync(`${packages}/${name}/package.json`)).version;
const write = (name, lines) => writeFileSync(new URL(name, import.meta.url), lines.join('\n') + '\n');

function suffixes() {
  const trie = require(`${packages}/tldts/dist/cjs/src/data/trie.js`);
  const starts = [0];
  for (const length of trie.edgeLength) starts.push(starts.at(-1) + length);
  const found = new Set();
  // A rule is written from the top: "uk.co". "*" is any label, "!" at the end marks an exception.
  const walk = (node, above, mark) => {
    if (trie.nodeFlags[node]) found.add(above.join('.') + mark);
    for (let edge = trie.edgeStart[node]; edge < trie.edgeStart[node + 1]; edge++) {
      const label = trie.labelText.slice(starts[edge], starts[edge + 1]);
      walk(trie.edgeChild[edge], [...above, label === '*' ? label : domainToASCII(label)], mark);
    }
  };
  walk(trie.rulesRoot, [], '');
  walk(trie.exceptionsRoot, [], '!');
  return [...found].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

write('PublicSuffixes.txt', [
  '# The rules of the Public Suffix List (publicsuffix.org), ICANN and private sections, labels in reverse order.',
  `# State of ${date}, from tldts ${version('tldts')}. Written by make-data.mjs.`,
  '#',
  '# This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0.',
  '# If a copy of the MPL was not distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.',
  ...suffixes(),
]);

const hex = point => point.toString(16).toUpperCase();
const text = to => [...to].map(c => hex(c.codePointAt(0))).join('+');

// "FF21-FF3A:61": a range whose target moves along. "FB01:66+69": one character. "AD:" ignored. "FFFD!" disallowed.
function mappings() {
  const { STATUS_MAPPING: status } = require(`${packages}/tr46/lib/statusMapping.js`);
  const runs = [];
  const add = (first, last, to) => {
    const before = runs.at(-1);
    const moves = to && before?.to && [...to].length === 1 && [...before.to].length === 1
      && to.codePointAt(0) - first === before.to.codePointAt(0) - before.first;
    if (before?.last === first - 1 && (moves || (!to && before.to === to))) before.last = last;
    else runs.push({ first, last, to });
  };
  for (const [points, is, to] of require(`${packages}/tr46/lib/mappingTable.json`)) {
    const [first, last] = Array.isArray(points) ? points : [points, points];
    if (last < 0x80 || is === status.valid || is === status.deviation) continue;
    if (is === status.mapped) for (let point = first; point <= last; point++) add(point, point, to);
    else add(first, last, is === status.ignored ? '' : null);
  }
  return runs.map(({ first, last, to }) =>
    hex(first) + (last > first ? `-${hex(last)}` : '') + (to === null ? '!' : `:${text(to)}`));
}

function wrap(tokens) {
  const lines = [''];
  for (const token of tokens) {
    if (lines.at(-1).length + token.length > 120) lines.push('');
    lines[lines.length - 1] += (lines.at(-1) && ' ') + token;
  }
  return lines;
}

write('HostMappings.txt', [
  '# What UTS #46 (Unicode 17.0.0) makes of characters in host names; those not named here stay as they are.',
  `# Data of the Unicode Character Database, Unicode License v3, from tr46 ${version('tr46')}. Written by make-data.mjs.`,
  ...wrap(mappings()),
]);
