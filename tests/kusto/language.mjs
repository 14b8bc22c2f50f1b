// Microsoft's language service for Kusto, with the tables of tables.json as its database.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';

globalThis.window = globalThis;
globalThis.self = globalThis;
const folder = path.dirname(createRequire(import.meta.url).resolve('@kusto/language-service-next/package.json'));
for (const file of ['bridge.min.js', 'Kusto.Language.Bridge.min.js']) {
    vm.runInThisContext(readFileSync(path.join(folder, file), 'utf8'), { filename: file });
}

const { KustoCode, GlobalState, Symbols } = globalThis.Kusto.Language;
const Kinds = globalThis.Kusto.Language.Syntax.SyntaxKind;

export const schema = JSON.parse(readFileSync(new URL('tables.json', import.meta.url), 'utf8'));

// "a: string, b: long" as [{ name, type }].
export const columnsOf = text => text.split(', ').map(one => one.split(': ')).map(([name, type]) => ({ name, type }));

const symbols = [
    ...Object.entries(schema.tables).map(([name, columns]) => new Symbols.TableSymbol.$ctor7(name, `(${columns})`, null)),
    // The filters of the other parameters are not used.
    ...Object.entries(schema.functions).map(([name, columns]) => new Symbols.FunctionSymbol.$ctor16(
        name, '(starttime: datetime = datetime(null), endtime: datetime = datetime(null))', `{ datatable(${columns})[] }`, null)),
];
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor('workspace', symbols));

const kinds = new Map();

// The name of a node's kind. The library needs long for it.
export function kindOf(node) {
    if (!kinds.has(node.Kind)) kinds.set(node.Kind, globalThis.System.Enum.toString(Kinds, node.Kind));
    return kinds.get(node.Kind);
}

export const childrenOf = node => Array.from({ length: node?.ChildCount ?? 0 }, (_, at) => node.GetChild(at)).filter(Boolean);

const analyzed = new Map();

// Parses and binds a query, once.
export function analyze(text) {
    if (!analyzed.has(text)) analyzed.set(text, parse(text));
    return analyzed.get(text);
}

function parse(text) {
    const code = KustoCode.ParseAndAnalyze(text, globals);
    const found = code.GetDiagnostics();
    const faults = Array.from({ length: found.Count }, (_, at) => found.getItem(at))
        .map(one => `${one.Severity}: ${one.Message} At: ${text.substr(one.Start, Math.max(one.Length, 20))}`);
    const columns = code.ResultType?.Columns;
    return {
        syntax: code.Syntax,
        faults,
        columns: columns ? Array.from({ length: columns.Count }, (_, at) => columns.getItem(at)).map(one => one.Name) : [],
        tables: [...new Set(namesIn(code.Syntax).filter(name => name in schema.tables || name in schema.functions))],
    };
}

function namesIn(node) {
    if (kindOf(node) === 'NameReference') return [node.SimpleName];
    return childrenOf(node).flatMap(namesIn);
}
