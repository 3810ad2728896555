import { fill, remember } from './chain.js';
import { note } from './sent.jsx';
import { chosen, credential, loadViewers } from './viewers.jsx';

const EVENTS = 'text/event-stream';
const RESPONSE = 'application/graphql-response+json, application/json';

/** Sends one operation as the chosen viewer. */
async function send(operation, written, accept, signal) {
  const post = (login) =>
    fetch('/graphql', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: accept, ...login, ...written },
      body: JSON.stringify(operation),
      signal,
    });
  const login = credential(written);
  const response = await post(login);
  if (response.status !== 401 || !login.Authorization) return response;
  await loadViewers(); // The demo has been started anew, and the page is older than its keys.
  return post(credential(written));
}

/** What the gateway answers as JSON, errors included. */
async function answer(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`HTTP ${response.status}: the answer is not JSON`);
  }
}

/** Hands each answer of a stream of events to `next`; the protocol is graphql-sse, with distinct connections. */
async function follow(response, next) {
  if (!response.headers.get('Content-Type')?.startsWith(EVENTS)) {
    next(await answer(response));
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error('The stream of events broke off. Run the operation again.');
    const events = (rest + value).split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const fields = Object.fromEntries(event.split('\n').map((line) => line.split(/: ?(.*)/s)));
      if (fields.event === 'next') next(JSON.parse(fields.data));
      if (fields.event === 'complete') return;
    }
  }
}

function subscribes(document, name) {
  return document?.definitions.some(
    (each) => each.operation === 'subscription' && (name === undefined || each.name?.value === name),
  );
}

/** One operation over HTTP: subscriptions by events, for as long as the reader lets them run, all else by one answer. */
export async function fetcher(written, { headers = {}, documentAST } = {}) {
  const viewer = chosen()?.name;
  const { variables, filled, lacking } = fill(written, viewer);
  if (lacking.length > 0) return { errors: lacking.map((message) => ({ message })) };
  const operation = { ...written, variables };
  const name = operation.operationName;
  if (documentAST) note(name, { operation, filled, viewer, headers: { ...credential(headers), ...headers } });
  if (!subscribes(documentAST, name)) {
    const given = await answer(await send(operation, headers, RESPONSE));
    remember(name, given);
    return given;
  }
  return {
    subscribe({ next, error, complete }) {
      const leaving = new AbortController();
      const tell = (given) => {
        remember(name, given);
        next(given);
      };
      send(operation, headers, EVENTS, leaving.signal)
        .then((response) => follow(response, tell))
        .then(complete, (reason) => leaving.signal.aborted || error(reason));
      return { unsubscribe: () => leaving.abort() };
    },
  };
}
