import { useEditorContext } from '@graphiql/react';
import { useEffect, useRef } from 'react';

import { placeholders } from './chain.js';
import { chooseFor, hasChosen } from './viewers.jsx';

/** What the tabs of a story ask of the editor around them. It shows nothing itself. */
export function Story() {
  const { tabs, activeTabIndex, variableEditor } = useEditorContext();
  const { id, query } = tabs[activeTabIndex];
  const asked = useRef(null);
  useEffect(() => {
    const reloaded = asked.current === null && hasChosen();
    // Only another tab chooses: not another text of the same one, nor a reload after the reader's own choice.
    if (asked.current !== id && !reloaded) chooseFor(query);
    asked.current = id;
  }, [id, query]);
  useEffect(() => {
    if (variableEditor) acceptPlaceholders(variableEditor);
  }, [variableEditor]);
  return null;
}

/** Has the variables' editor take a placeholder for a value of any type: it is no text any more when it is sent. */
function acceptPlaceholders(editor) {
  const lint = editor.getHelper({ line: 0, ch: 0 }, 'lint');
  editor.state.lint.options.getAnnotations = (text, options, of) =>
    lint(text, options, of).filter(({ from, to }) => placeholders(of.getRange(from, to)).length === 0);
}
