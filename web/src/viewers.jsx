import { useId } from 'react';

import { followed } from './store.js';

const CHOICE = 'corridor-gateway:view-as';
const WANTED = /^#\s*View as:\s*(.+?)\s*$/m;

/** Whom the page can ask as: only the demo offers anybody. Their keys stay in memory; what is kept is a name, for the session. */
let viewers = [];
const choice = followed(sessionStorage.getItem(CHOICE));

/** Fetches them; the demo makes new keys at each start. */
export async function loadViewers() {
  const response = await fetch('/graphiql/viewers.json');
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  viewers = await response.json();
}

function named(name) {
  return viewers.find((viewer) => viewer.name === name) ?? viewers.find((viewer) => viewer.key);
}

/** The viewer that is chosen; undefined where there is no choice. */
export function chosen() {
  return named(choice.get());
}

function choose(name) {
  sessionStorage.setItem(CHOICE, name);
  choice.set(name);
}

/** Whether the reader, or a tab, has chosen already. */
export function hasChosen() {
  return choice.get() !== null;
}

/** Chooses whom a tab is written for: its comment says `View as: ...`. Without that, or elsewhere, the choice stays. */
export function chooseFor(query) {
  const [, name] = query?.match(WANTED) ?? [];
  if (viewers.some((viewer) => viewer.name === name)) choose(name);
}

/** The header by which the chosen viewer asks; none for the anonymous, or beside an Authorization that the reader wrote. */
export function credential(written) {
  const key = chosen()?.key;
  if (!key || Object.keys(written).some((name) => name.toLowerCase() === 'authorization')) return {};
  return { Authorization: `Bearer ${key}` };
}

/** The choice of who asks; nothing where there is no choice. */
export function Viewers() {
  const description = useId();
  const viewer = named(choice.use());
  if (viewer === undefined) return null;
  return (
    <div className="viewers">
      <label>
        View as{' '}
        <select value={viewer.name} onChange={({ target }) => choose(target.value)} aria-describedby={description}>
          {viewers.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <span id={description} className="quiet" title={viewer.sees}>
        {viewer.sees}
      </span>
    </div>
  );
}
