import { useEditorContext } from '@graphiql/react';
import { useState } from 'react';

import { followed } from './store.js';

/** What was last sent, by the name of the operation. */
const sent = followed(new Map());

/** Notes what goes out: the operation with its variables filled in, which of them were, as whom, and the headers. */
export function note(operationName, request) {
  sent.set(new Map(sent.get()).set(operationName, request));
}

/** The same request for a shell. */
function curl({ operation, headers }) {
  const quoted = (text) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const all = { 'Content-Type': 'application/json', ...headers };
  const lines = Object.entries(all).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  return ['curl -s', quoted(`${location.origin}/graphql`), ...lines, '-d', quoted(JSON.stringify(operation))].join(' ');
}

function Copy({ text }) {
  const [copied, setCopied] = useState(null);
  if (!navigator.clipboard) return null; // Browsers keep it from pages of another machine without TLS.
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(text));
  return (
    <button type="button" onClick={copy} aria-live="polite">
      {copied === text ? 'Copied' : 'Copy as cURL'}
    </button>
  );
}

/** The line below the answer that says how the request really looked. */
export function Sent() {
  const { tabs, activeTabIndex } = useEditorContext();
  const { operationName, variables } = tabs[activeTabIndex];
  const request = sent.use().get(operationName ?? undefined);
  if (!request) {
    if (!variables?.includes('{{')) return null;
    return (
      <p className="sent">
        <code>{'{{Tab.path}}'}</code> is filled in from the answer of that tab, so run the tabs in order.{' '}
        <code>{'{{idempotencyKey}}'}</code> names the request: run it again unchanged, and it is sent under the same name.
      </p>
    );
  }
  const { operation, filled, viewer } = request;
  return (
    <details className="sent" open={filled.length > 0}>
      <summary>
        Sent{viewer && ` as ${viewer}`}
        {filled.length > 0 && <span className="quiet"> with {filled.join(', ')} filled in</span>}
      </summary>
      <pre tabIndex={0} aria-label="Variables as they were sent">{JSON.stringify(operation.variables ?? {}, null, 2)}</pre>
      <Copy text={curl(request)} />
    </details>
  );
}
