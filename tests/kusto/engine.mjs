// Runs a query over rows in memory: Microsoft's parser gives the syntax, this file its meaning. What it does not know, it refuses.
import { analyze, childrenOf, columnsOf, kindOf, schema } from './language.mjs';
import { Timespan, aggregates, arithmetic, compare, identity, isNull, scalars, strings } from './values.mjs';

const elements = new WeakMap();

function elementsOf(list) {
    if (!elements.has(list)) {
        elements.set(list, childrenOf(list).map(one => kindOf(one) === 'SeparatedElement' ? one.GetChild(0) : one));
    }
    return elements.get(list);
}

const typeOf = node => node.ResultType?.Name ?? 'dynamic';
const blank = type => type === 'string' ? '' : null;

// tables: rows by name; a table without an entry does not exist in the workspace. now: a Date.
export function run(query, tables, now) {
    const { syntax, faults } = analyze(query);
    const errors = faults.filter(one => !one.startsWith('Warning'));
    if (errors.length > 0) throw new Error(errors.join('\n'));
    const result = new Run(tables, now).block(elementsOf(syntax.Statements), new Map());
    return result.rows.map(row => Object.fromEntries(result.columns.map(({ name }) => [name, row[name] ?? null])));
}

class Missing extends Error { }

class Run {
    constructor(tables, now) { Object.assign(this, { tables, now }); }

    // Statements of a query or of a function's body; the last one is the result.
    block(statements, outer, row) {
        const scope = new Map(outer);
        for (const statement of statements) {
            if (kindOf(statement) === 'LetStatement') scope.set(statement.Name.SimpleName, this.bind(statement.Expression, scope, row));
            else return this.value(statement.Expression ?? statement, row, scope);
        }
        throw new Error('A query needs an expression.');
    }

    bind(node, scope, row) {
        if (kindOf(node) === 'FunctionDeclaration') {
            const names = elementsOf(node.Parameters.Parameters).map(one => one.NameAndType.Name.SimpleName);
            const body = [...childrenOf(node.Body.Statements).map(one => one.GetChild(0)), node.Body.Expression];
            return (...args) => this.block(body, new Map([...scope, ...names.map((name, at) => [name, args[at]])]));
        }
        return this.value(node, row, scope);
    }

    value(node, row, scope, group) {
        const kind = kindOf(node);
        const of = one => this.value(one, row, scope, group);
        switch (kind) {
            case 'PipeExpression': return this.operator(node.Operator, of(node.Expression), scope);
            case 'UnionOperator': case 'PrintOperator': return this.operator(node, null, scope);
            case 'ParenthesizedExpression': return of(node.Expression);
            case 'NameReference': return this.name(node.SimpleName, row, scope);
            case 'FunctionCallExpression': return this.call(node, row, scope, group);
            case 'MaterializeExpression': return of(node.Expression);
            case 'ToScalarExpression': {
                const { columns, rows } = of(node.Expression);
                return rows[0]?.[columns[0].name] ?? null;
            }
            case 'PathExpression': return of(node.Expression)?.[node.Selector.SimpleName] ?? null;
            case 'ElementExpression': return of(node.Expression)?.[of(node.Selector.Expression)] ?? null;
            case 'BracketedExpression': return of(node.Expression);
            case 'AndExpression': return of(node.Left) === true && of(node.Right) === true;
            case 'OrExpression': return of(node.Left) === true || of(node.Right) === true;
            case 'EqualExpression': return isNull(of(node.Left)) === isNull(of(node.Right)) && identity(of(node.Left)) === identity(of(node.Right));
            case 'NotEqualExpression': return identity(of(node.Left)) !== identity(of(node.Right));
            case 'LessThanExpression': return this.order(of(node.Left), of(node.Right), sign => sign < 0);
            case 'LessThanOrEqualExpression': return this.order(of(node.Left), of(node.Right), sign => sign <= 0);
            case 'GreaterThanExpression': return this.order(of(node.Left), of(node.Right), sign => sign > 0);
            case 'GreaterThanOrEqualExpression': return this.order(of(node.Left), of(node.Right), sign => sign >= 0);
            case 'AddExpression': return arithmetic('+', of(node.Left), of(node.Right));
            case 'SubtractExpression': return arithmetic('-', of(node.Left), of(node.Right));
            case 'MultiplyExpression': return arithmetic('*', of(node.Left), of(node.Right));
            case 'DivideExpression': return arithmetic('/', of(node.Left), of(node.Right));
            case 'InExpression': return elementsOf(node.Right.Expressions).some(one => identity(of(one)) === identity(of(node.Left)));
            case 'HasExpression': return strings.has(of(node.Left), of(node.Right));
            case 'ContainsExpression': return strings.contains(of(node.Left), of(node.Right));
            case 'StartsWithExpression': return strings.startswith(of(node.Left), of(node.Right));
            default: return this.literal(node, kind);
        }
    }

    literal(node, kind) {
        const value = node.LiteralValue;
        switch (kind) {
            case 'StringLiteralExpression': return value;
            case 'BooleanLiteralExpression': return node.toString().trim() === 'true';
            case 'LongLiteralExpression': case 'RealLiteralExpression': return Number(value.toString());
            case 'TimespanLiteralExpression': return new Timespan(value.getTotalMilliseconds());
            case 'TypeOfLiteralExpression': return null;
            case 'DynamicExpression': return JSON.parse(node.toString().replace(/^\s*dynamic\(|\)$/g, ''));
            default: throw new Error(`The expression ${kind} is not known here: ${node.toString()}`);
        }
    }

    order(left, right, judge) { return !isNull(left) && !isNull(right) && judge(compare(left, right)); }

    name(name, row, scope) {
        if (row && name in row) return row[name];
        if (scope.has(name)) return scope.get(name);
        if (name in schema.tables) return this.stored(name, schema.tables[name]);
        throw new Missing(name);
    }

    stored(name, columns) {
        const rows = this.tables[name];
        if (!rows) throw new Missing(name);
        const known = columnsOf(columns);
        return {
            columns: known,
            rows: rows.map(row => ({
                $ingested: row.$ingested ? new Date(row.$ingested) : null,
                ...Object.fromEntries(known.map(({ name: column, type }) => [
                    column, isNull(row[column]) ? blank(type) : type === 'datetime' ? new Date(row[column]) : row[column]])),
            })),
        };
    }

    call(node, row, scope, group) {
        const name = node.Name.SimpleName;
        const args = elementsOf(node.ArgumentList.Expressions);
        const of = one => this.value(one, row, scope, group);
        if (name in aggregates && group) {
            const [first, second] = [0, 1].map(at => args[at] ? group.map(one => this.value(args[at], one, scope)) : []);
            return aggregates[name](first, second, group);
        }
        if (scope.has(name)) return scope.get(name)(...args.map(of));
        if (name in schema.functions) return this.parser(name, args, scope);
        switch (name) {
            case 'now': return this.now;
            case 'ago': return arithmetic('-', this.now, of(args[0]));
            case 'ingestion_time': return row.$ingested;
            default:
                if (!(name in scalars)) throw new Error(`The function ${name} is not known here.`);
                return scalars[name](...args.map(of));
        }
    }

    // A parser of ASIM filters by time, as its parameters say.
    parser(name, args, scope) {
        const [from, to] = args.map(one => this.value(one.Expression, null, scope));
        const table = this.stored(name, schema.functions[name]);
        return { ...table, rows: table.rows.filter(row => compare(row.TimeGenerated, from) >= 0 && compare(row.TimeGenerated, to) <= 0) };
    }

    operator(node, input, scope) {
        switch (kindOf(node)) {
            case 'FilterOperator':
                return { ...input, rows: input.rows.filter(row => this.value(node.Condition, row, scope) === true) };
            case 'ExtendOperator': return this.extend(input, elementsOf(node.Expressions), scope, input.columns);
            case 'ProjectOperator': return this.extend(input, elementsOf(node.Expressions), scope, []);
            case 'DistinctOperator': return this.summarize(input, [], elementsOf(node.Expressions), scope);
            case 'ProjectAwayOperator': {
                const away = elementsOf(node.Expressions).map(one => one.SimpleName);
                return { ...input, columns: input.columns.filter(({ name }) => !away.includes(name)) };
            }
            case 'SummarizeOperator':
                return this.summarize(input, elementsOf(node.Aggregates), node.ByClause ? elementsOf(node.ByClause.Expressions) : [], scope);
            case 'MvExpandOperator': return elementsOf(node.Expressions).reduce((table, one) => this.expand(table, one, scope), input);
            case 'JoinOperator': return this.join(input, node, scope);
            case 'UnionOperator': return this.union(input, node, scope);
            case 'PrintOperator': return this.extend({ columns: [], rows: [{}] }, elementsOf(node.Expressions), scope, []);
            case 'SortOperator': return this.sort(input, elementsOf(node.Expressions), scope);
            case 'TakeOperator': return { ...input, rows: input.rows.slice(0, this.value(node.Expression, null, scope)) };
            default: throw new Error(`The operator ${kindOf(node)} is not known here.`);
        }
    }

    // The name, the type and the expression of a column.
    column(node) {
        const kind = kindOf(node);
        if (kind === 'SimpleNamedExpression') return { ...this.column(node.Expression), name: node.Name.SimpleName };
        const name = kind === 'NameReference' ? node.SimpleName : `${kind}?`;
        return { name, type: typeOf(node), node };
    }

    extend(input, nodes, scope, kept) {
        const added = nodes.map(node => this.column(node));
        for (const { name } of added) if (name.endsWith('?')) throw new Error(`Give the column a name: ${name}`);
        const rows = input.rows.map(row => {
            const next = { $ingested: row.$ingested };
            for (const { name } of kept) next[name] = row[name];
            for (const { name, node, type } of added) next[name] = this.value(node, row, scope) ?? blank(type);
            return next;
        });
        return { columns: [...kept.filter(one => !added.some(({ name }) => name === one.name)), ...added.map(({ name, type }) => ({ name, type }))], rows };
    }

    summarize(input, aggregated, by, scope) {
        const keys = by.map(node => this.column(node));
        const groups = new Map();
        for (const row of input.rows) {
            const values = keys.map(({ node }) => this.value(node, row, scope));
            const id = values.map(identity).join('\n');
            if (!groups.has(id)) groups.set(id, { values, rows: [] });
            groups.get(id).rows.push(row);
        }
        if (by.length === 0) groups.set('', { values: [], rows: input.rows });
        const columns = keys.map(({ name, type }) => ({ name, type }));
        const rows = [...groups.values()].map(({ values }) => Object.fromEntries(columns.map(({ name }, at) => [name, values[at]])));
        for (const node of aggregated) {
            const { name, type, node: expression } = this.column(node);
            const extreme = kindOf(expression) === 'FunctionCallExpression' && ['arg_max', 'arg_min'].includes(expression.Name.SimpleName);
            if (extreme) columns.push(...this.extreme(expression, input, columns, [...groups.values()], rows, scope));
            else {
                columns.push({ name, type });
                [...groups.values()].forEach((one, at) => { rows[at][name] = this.value(expression, one.rows[0] ?? {}, scope, one.rows) ?? blank(type); });
            }
        }
        return { columns, rows };
    }

    // arg_max(Column, *) and arg_min(Column, *): the whole row.
    extreme(node, input, taken, groups, rows, scope) {
        const [by, star] = elementsOf(node.ArgumentList.Expressions);
        if (kindOf(star) !== 'StarExpression') throw new Error('Only * is known here as what arg_max and arg_min give.');
        const sign = node.Name.SimpleName === 'arg_max' ? 1 : -1;
        const added = input.columns.filter(({ name }) => !taken.some(one => one.name === name));
        groups.forEach((group, at) => {
            const best = group.rows.reduce((a, b) => sign * compare(this.value(by, b, scope), this.value(by, a, scope)) > 0 ? b : a);
            for (const { name } of added) rows[at][name] = best[name];
        });
        return added;
    }

    expand(input, node, scope) {
        const { name, node: expression } = this.column(node.Expression ?? node);
        const type = node.ToTypeOf ? elementsOf(node.ToTypeOf.TypeOf.Types)[0].toString().trim() : 'dynamic';
        const rows = input.rows.flatMap(row => {
            const list = this.value(expression, row, scope);
            // An empty list gives one row without a value.
            return (Array.isArray(list) && list.length > 0 ? list : [null])
                .map(one => ({ ...row, [name]: type === 'string' ? scalars.tostring(one) : type === 'long' ? scalars.tolong(one) : one }));
        });
        return { columns: [...input.columns.filter(one => one.name !== name), { name, type }], rows };
    }

    join(left, node, scope) {
        const kind = elementsOf(node.Parameters).map(one => one.toString().trim()).find(one => one.startsWith('kind'))?.split('=')[1].trim();
        const keys = elementsOf(node.ConditionClause.Expressions).map(one => one.SimpleName);
        const right = this.value(node.Expression, null, scope);
        const id = row => keys.map(key => identity(row[key])).join('\n');
        const index = new Map();
        for (const row of right.rows) index.set(id(row), [...index.get(id(row)) ?? [], row]);
        if (kind === 'leftanti') return { ...left, rows: left.rows.filter(row => !index.has(id(row))) };
        if (kind !== 'inner' && kind !== 'leftouter') throw new Error(`A join of the kind ${kind} is not known here.`);
        const renamed = right.columns.map(column => ({
            ...column, from: column.name, name: left.columns.some(one => one.name === column.name) ? `${column.name}1` : column.name,
        }));
        const none = Object.fromEntries(right.columns.map(({ name, type }) => [name, blank(type)]));
        const rows = left.rows.flatMap(row => (index.get(id(row)) ?? (kind === 'leftouter' ? [none] : []))
            .map(other => ({ ...row, ...Object.fromEntries(renamed.map(({ name, from }) => [name, other[from]])) })));
        return { columns: [...left.columns, ...renamed.map(({ name, type }) => ({ name, type }))], rows };
    }

    union(input, node, scope) {
        const isFuzzy = elementsOf(node.Parameters).some(one => /isfuzzy\s*=\s*true/.test(one.toString()));
        const parts = input ? [input] : [];
        for (const one of elementsOf(node.Expressions)) {
            try {
                parts.push(this.value(one, null, scope));
            } catch (fault) {
                if (!(fault instanceof Missing) || !isFuzzy) throw fault;
            }
        }
        if (parts.length === 0) throw new Error('No table of the union exists.');
        const columns = [...new Map(parts.flatMap(one => one.columns).map(one => [one.name, one])).values()];
        const rows = parts.flatMap(one => one.rows.map(row => Object.fromEntries([
            ['$ingested', null], ...columns.map(({ name, type }) => [name, row[name] ?? blank(type)])])));
        return { columns, rows };
    }

    sort(input, nodes, scope) {
        const keys = nodes.map(node => ({ node: node.Expression ?? node, sign: /\basc\b/.test(node.toString()) ? 1 : -1 }));
        return {
            ...input,
            rows: input.rows.toSorted((a, b) => {
                for (const { node, sign } of keys) {
                    const order = sign * compare(this.value(node, a, scope), this.value(node, b, scope));
                    if (order !== 0) return order;
                }
                return 0;
            }),
        };
    }
}
