// Values of Kusto and its scalar functions, as far as the queries in content/ use them. A string is never null.
export class Timespan {
    constructor(ms) { this.ms = ms; }
}

export const isNull = value => value === null || value === undefined;
export const isEmpty = value => isNull(value) || value === '';

export function text(value) {
    if (isNull(value)) return '';
    if (value instanceof Date) return value.toISOString();
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

// What two values have to share to be equal in a join or a group.
export const identity = value => value instanceof Date ? `d${value.getTime()}` : value instanceof Timespan ? `t${value.ms}` : JSON.stringify(value ?? null);

const number = value => value instanceof Date ? value.getTime() : value instanceof Timespan ? value.ms : value;

export function compare(left, right) {
    const [a, b] = [number(left), number(right)];
    if (isNull(a) || isNull(b)) return isNull(a) ? (isNull(b) ? 0 : -1) : 1;
    return a < b ? -1 : a > b ? 1 : 0;
}

export function arithmetic(sign, left, right) {
    if (isNull(left) || isNull(right)) return null;
    if (sign === '+' || sign === '-') {
        const result = sign === '+' ? number(left) + number(right) : number(left) - number(right);
        if (left instanceof Date && right instanceof Date) return new Timespan(result);
        if (left instanceof Date || right instanceof Date) return new Date(result);
        return left instanceof Timespan ? new Timespan(result) : result;
    }
    const result = sign === '*' ? number(left) * number(right) : number(left) / number(right);
    return (left instanceof Timespan) !== (right instanceof Timespan) ? new Timespan(result) : result;
}

const regex = pattern => new RegExp(pattern, 'u');

export const strings = {
    has(all, part) {
        if (!/[a-z0-9]/i.test(part)) throw new Error(`has needs a term, not '${part}'.`);
        return new RegExp(`(?<![a-z0-9])${part.replace(/[^\w]/g, '\\$&')}(?![a-z0-9])`, 'i').test(text(all));
    },
    contains: (all, part) => text(all).toLowerCase().includes(text(part).toLowerCase()),
    startswith: (all, part) => text(all).toLowerCase().startsWith(text(part).toLowerCase()),
};

function address6(value) {
    let rest = text(value).toLowerCase();
    const four = /^(.*:)?((?:\d{1,3}\.){3}\d{1,3})$/.exec(rest);
    if (four) {
        const bytes = four[2].split('.').map(Number);
        if (bytes.some(one => one > 255)) return null;
        rest = `${four[1] ?? '::ffff:'}${(bytes[0] * 256 + bytes[1]).toString(16)}:${(bytes[2] * 256 + bytes[3]).toString(16)}`;
    }
    const halves = rest.split('::');
    if (halves.length > 2 || !/^[0-9a-f:]+$/.test(rest)) return null;
    const [head, tail] = halves.map(half => half === '' ? [] : half.split(':'));
    const parts = halves.length === 1 ? head : [...head, ...Array(Math.max(0, 8 - head.length - tail.length)).fill('0'), ...tail];
    return parts.length === 8 && parts.every(one => /^[0-9a-f]{1,4}$/.test(one)) ? parts.map(one => parseInt(one, 16)) : null;
}

function mask6(value, prefix) {
    const parts = address6(value);
    if (!parts || isNull(prefix) || prefix < 0 || prefix > 128) return '';
    return parts.map((part, at) => {
        const bits = Math.min(16, Math.max(0, prefix - at * 16));
        return (part & (0xffff << (16 - bits)) & 0xffff).toString(16).padStart(4, '0');
    }).join(':');
}

function mask4(value, prefix) {
    const bytes = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text(value))?.slice(1).map(Number);
    if (!bytes || bytes.some(one => one > 255) || isNull(prefix) || prefix < 0 || prefix > 32) return '';
    const masked = bytes.map((byte, at) => byte & (0xff << (8 - Math.min(8, Math.max(0, prefix - at * 8)))) & 0xff);
    return `${masked.join('.')}/${prefix}`;
}

const trimEnd = (pattern, value) => text(value).replace(new RegExp(`(?:${pattern})+$`, 'u'), '');

const toNumber = value => isEmpty(value) || Number.isNaN(Number(value)) ? null : Number(value);

export const scalars = {
    array_concat: (...lists) => lists.flat(),
    array_length: list => Array.isArray(list) ? list.length : null,
    array_slice: (list, from, to) => list.slice(from, to + 1),
    bin: (value, size) => {
        const rounded = Math.floor(number(value) / number(size)) * number(size);
        return value instanceof Date ? new Date(rounded) : rounded;
    },
    case: (...args) => {
        for (let at = 0; at + 1 < args.length; at += 2) if (args[at] === true) return args[at + 1];
        return args.at(-1);
    },
    coalesce: (...args) => args.find(one => !isEmpty(one)) ?? args.at(-1),
    datetime_diff: (part, later, earlier) => {
        if (part !== 'second') throw new Error(`datetime_diff of ${part}`);
        return Math.floor(later / 1000) - Math.floor(earlier / 1000);
    },
    extract: (pattern, group, value) => regex(pattern).exec(text(value))?.[group] ?? '',
    extract_all: (pattern, value) => [...text(value).matchAll(new RegExp(pattern, 'gu'))].map(one => one[1]),
    format_ipv4_mask: mask4,
    iff: (condition, yes, no) => condition === true ? yes : no,
    isempty: isEmpty,
    isnotempty: value => !isEmpty(value),
    max_of: (...args) => args.reduce((a, b) => compare(a, b) >= 0 ? a : b),
    not: value => isNull(value) ? null : !value,
    pack_array: (...args) => args,
    parse_ipv6: value => mask6(value, 128),
    parse_ipv6_mask: mask6,
    parse_json: value => {
        try {
            return typeof value === 'string' ? JSON.parse(value) : value;
        } catch {
            return value;
        }
    },
    range: (from, to, step) => Array.from({ length: Math.max(0, Math.floor((to - from) / step) + 1) }, (_, at) => from + at * step),
    replace_regex: (value, pattern, by) => text(value).replace(new RegExp(pattern, 'gu'), by.replace(/\\(\d)/g, '$$$1')),
    round: (value, digits = 0) => isNull(value) ? null : Number(value.toFixed(digits)),
    split: (value, by) => text(value).split(by),
    strcat: (...args) => args.map(text).join(''),
    strcat_array: (list, by) => list.map(text).join(by),
    strlen: value => text(value).length,
    tobool: value => isEmpty(value) ? null : text(value) === 'true' || text(value) === '1',
    todouble: toNumber,
    tolong: value => isNull(toNumber(value)) ? null : Math.trunc(toNumber(value)),
    tolower: value => text(value).toLowerCase(),
    tostring: text,
    trim: (pattern, value) => trimEnd(pattern, text(value).replace(new RegExp(`^(?:${pattern})+`, 'u'), '')),
    trim_end: trimEnd,
};

const distinct = values => [...new Map(values.filter(one => !isNull(one)).map(one => [identity(one), one])).values()];

// Each takes the values of its first argument in the group, and the values of the second.
export const aggregates = {
    count: (_, __, rows) => rows.length,
    countif: values => values.filter(one => one === true).length,
    dcount: values => distinct(values).length,
    make_set: (values, limits) => distinct(values).slice(0, limits[0] ?? 1048576),
    max: values => values.filter(one => !isNull(one)).reduce((a, b) => isNull(a) || compare(b, a) > 0 ? b : a, null),
    min: values => values.filter(one => !isNull(one)).reduce((a, b) => isNull(a) || compare(b, a) < 0 ? b : a, null),
    percentile: (values, shares) => values.toSorted(compare)[Math.max(0, Math.ceil(values.length * shares[0] / 100) - 1)] ?? null,
    sum: values => values.reduce((a, b) => a + (b ?? 0), 0),
    take_any: values => values[0] ?? null,
    take_anyif: (values, conditions) => values.find((_, at) => conditions[at] === true) ?? null,
};
