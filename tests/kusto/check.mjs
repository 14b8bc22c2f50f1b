// Reads a request as JSON from stdin, answers as JSON on stdout.
//   folder: where the content is. The answer has each file with its text as data, and each of its queries, parsed and bound.
//   runs:   [{ file, query, title, replace, tables, now }]. query: in place of a file's; title: of a workbook's tile; replace: [before, after] in the query's text;
//           tables: rows by the name of their table. The answer has the rows of each run, or why it cannot be run.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { analyze } from './language.mjs';
import { run } from './engine.mjs';

const request = JSON.parse(readFileSync(0, 'utf8'));
const answer = {};

function queriesIn(node) {
    if (Array.isArray(node)) return node.flatMap(queriesIn);
    if (node === null || typeof node !== 'object') return [];
    if (typeof node.query === 'string') return [{ name: node.title ?? node.name ?? '', query: node.query }];
    return Object.values(node).flatMap(queriesIn);
}

answer.files = readdirSync(request.folder, { recursive: true }).filter(name => /\.yaml$|^workbook\.json$/.test(name)).sort().map(name => {
    const data = parse(readFileSync(path.join(request.folder, name), 'utf8'));
    const queries = queriesIn(data).map(one => {
        // A workbook puts its parameters in before it asks.
        const query = one.query.replaceAll('{SourceName}', 'misp-graph').replaceAll('{PricePerGB}', '5');
        const { faults, columns, tables } = analyze(query);
        return { name: one.name, query, faults, columns, tables };
    });
    return { name: name.replaceAll('\\', '/'), data, queries };
});

answer.runs = request.runs.map(({ file, query: text, title, replace, tables, now }) => {
    const query = text ?? answer.files.find(one => one.name === file).queries.find(one => !title || one.name === title).query;
    try {
        return { rows: run(replace ? query.replace(...replace) : query, tables, new Date(now)) };
    } catch (fault) {
        return { fault: fault.stack };
    }
});

process.stdout.write(JSON.stringify(answer));
