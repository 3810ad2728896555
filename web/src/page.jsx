import { explorerPlugin } from '@graphiql/plugin-explorer';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';

import 'graphiql/style.css';
import '@graphiql/plugin-explorer/style.css';
import './page.css';
import { fetcher } from './fetcher.js';
import { Registries } from './registries.jsx';
import { Sent } from './sent.jsx';
import { Story } from './story.jsx';
import { Viewers, loadViewers } from './viewers.jsx';

const plugins = [explorerPlugin({ showAttribution: false })];

const NEW_TAB = '# Ctrl-Space lists what the schema offers here, Ctrl-Enter runs the operation.\n\n';

/**
 * localStorage under a name of this page's own. Other GraphiQL pages of the same origin (every local server on this
 * port has been one) save their tabs under the common keys; read here, they would hide the examples.
 */
const storage = {
  prefix: 'corridor-gateway:',
  keys() {
    return Object.keys(localStorage).filter((key) => key.startsWith(this.prefix));
  },
  get length() {
    return this.keys().length;
  },
  getItem(key) {
    return localStorage.getItem(this.prefix + key);
  },
  setItem(key, value) {
    localStorage.setItem(this.prefix + key, value);
  },
  removeItem(key) {
    localStorage.removeItem(this.prefix + key);
  },
  clear() {
    this.keys().forEach((key) => localStorage.removeItem(key));
  },
};

/**
 * On a first visit GraphiQL opens `defaultTabs` but takes the text of its editors from the storage, and on the next visit
 * looks there for the tab that was active. Telling it both saves the first tab's variables and a stray empty tab.
 */
function rememberFirst({ query, variables }) {
  if (storage.getItem('graphiql:tabState') !== null) return;
  storage.setItem('graphiql:query', query);
  storage.setItem('graphiql:variables', variables ?? '');
}

function Page({ ready = false, children }) {
  return (
    <>
      <header className="bar">
        <h1>
          Corridor gateway <small>GraphiQL</small>
        </h1>
        {ready && <Viewers />}
        <Registries />
      </header>
      <main className="editor">{children}</main>
    </>
  );
}

const root = createRoot(document.getElementById('page'));
root.render(<Page />);
try {
  const [response] = await Promise.all([fetch('/graphiql/examples.json'), loadViewers()]);
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const examples = await response.json();
  rememberFirst(examples[0]);
  root.render(
    <Page ready>
      <GraphiQL
        fetcher={fetcher}
        defaultTabs={examples}
        defaultQuery={NEW_TAB}
        plugins={plugins}
        storage={storage}
        shouldPersistHeaders={false}
        defaultEditorToolsVisibility="variables"
      >
        <GraphiQL.Logo> </GraphiQL.Logo>
        <GraphiQL.Footer>
          <Story />
          <Sent />
        </GraphiQL.Footer>
      </GraphiQL>
    </Page>,
  );
} catch (error) {
  // Opening the editor without its examples would save that emptiness as the reader's own state.
  root.render(
    <Page>
      <p role="alert" className="failure">
        The examples could not be loaded ({error.message}). Reload the page when the gateway is back.
      </p>
    </Page>,
  );
}
