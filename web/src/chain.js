/*
 * What links the tabs of a story: variables that take their value from answers given before.
 *
 *   {{S02_OurNeed.viewer.member.needs.0.id}}   what the last answer of that operation has at this place of its data
 *   {{idempotencyKey}}                         a new name for this very request: unchanged, it is sent under the same one
 *   {{in 14 days}}                             a moment, counted from when the page was opened
 *
 * Each stands in a string of the variables, so that they stay JSON. Alone in its string it gives the value as it is
 * (a number, a list), otherwise its text. All is kept in memory: a reload begins anew.
 */

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const DAYS = /^in (\d{1,4}) days?$/;
const DAY_MS = 86_400_000;
const KEY = 'idempotencyKey';
const KEPT = 100;

const opened = Date.now();
const answers = new Map();
const keys = new Map();

/** The insides of the placeholders of a text. */
export function placeholders(text) {
  return [...text.matchAll(PLACEHOLDER)].map(([, inside]) => inside.trim());
}

/** Keeps what an operation answered, for the tabs that refer to it. */
export function remember(operationName, answer) {
  if (!operationName || !answer?.data) return;
  const kept = answers.get(operationName) ?? [];
  answers.set(operationName, [...kept, answer.data].slice(-KEPT));
}

/**
 * The variables with their placeholders filled in. `filled` are the names of the variables that had any, `lacking` says
 * what has to be run before; where it says anything, nothing must be sent. `asker` is whoever asks: a key is theirs.
 */
export function fill({ query, operationName, variables }, asker) {
  const lacking = new Set();
  const named = mapped(variables, (inside, name) => (inside === KEY ? undefined : found(inside, name, lacking)));
  const request = JSON.stringify([asker, operationName, query, named]);
  const given = mapped(named, (inside) => (inside === KEY ? keyOf(request) : undefined));
  const filled = Object.keys(variables ?? {}).filter((name) => placeholders(JSON.stringify(variables[name])).length > 0);
  return { variables: given, filled, lacking: [...lacking] };
}

/** A copy in which `value(placeholder, variable)` stands for each placeholder; it stays where that is undefined. */
function mapped(variables, value) {
  const copy = (each, name) => {
    if (typeof each === 'string') return replaced(each, (inside) => value(inside, name));
    if (Array.isArray(each)) return each.map((inner) => copy(inner, name));
    if (each === null || typeof each !== 'object') return each;
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, copy(inner, name)]));
  };
  if (!variables) return variables;
  return Object.fromEntries(Object.entries(variables).map(([name, each]) => [name, copy(each, name)]));
}

function replaced(text, value) {
  const [whole, inside] = text.match(/^\{\{([^{}]*)\}\}$/) ?? [];
  if (whole) return value(inside.trim()) ?? text;
  return text.replace(PLACEHOLDER, (each, inner) => value(inner.trim()) ?? each);
}

function found(inside, variable, lacking) {
  const [, days] = inside.match(DAYS) ?? [];
  if (days) return new Date(opened + Number(days) * DAY_MS).toISOString().replace(/\.\d+/, '');
  const [tab, ...path] = inside.split('.');
  const values = (answers.get(tab) ?? []).map((data) => path.reduce((at, step) => at?.[step], data));
  // A failure that came later does not take away what was there before.
  const value = values.findLast((each) => each !== undefined && each !== null);
  if (value !== undefined) return value;
  lacking.add(
    values.length === 0
      ? `Run the tab ${tab} first: the variable ${variable} is filled in from its answer. Nothing was sent.`
      : `The answer of ${tab} has nothing at ${path.join('.')}, which the variable ${variable} is filled in from. ` +
          'Look at that tab again, or write a value into the variables. Nothing was sent.',
  );
  return undefined;
}

/** The idempotency key of a request: the same for as long as nothing of the request changes. */
function keyOf(request) {
  if (!keys.has(request)) {
    // randomUUID would be for secure origins alone, and a demo may be looked at from another machine.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    keys.set(request, [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  return keys.get(request);
}
