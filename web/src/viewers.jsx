import { useId, useState } from 'react';

const CHOICE = 'corridor-gateway:view-as';

/** Whom the page can ask as: only the demo offers anybody. Their keys stay in memory; what is kept is a name, for the session. */
let viewers = [];

/** Fetches them; the demo makes new keys at each start. */
export async function loadViewers() {
  const response = await fetch('/graphiql/viewers.json');
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  viewers = await response.json();
}

function chosen() {
  const name = sessionStorage.getItem(CHOICE);
  return viewers.find((viewer) => viewer.name === name) ?? viewers.find((viewer) => viewer.key);
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
  const [viewer, setViewer] = useState(chosen);
  if (viewer === undefined) return null;
  const choose = ({ target }) => {
    sessionStorage.setItem(CHOICE, target.value);
    setViewer(chosen());
  };
  return (
    <div className="viewers">
      <label>
        View as{' '}
        <select value={viewer.name} onChange={choose} aria-describedby={description}>
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
