import { useEffect, useState } from 'react';

const EVERY_MS = 10_000;
const PATIENCE_MS = 5_000;

const WORDS = {
  OK: 'answers',
  UNAVAILABLE: 'is unavailable',
  TIMEOUT: 'is too slow',
  CIRCUIT_OPEN: 'is left alone after failures',
  UNKNOWN: 'has not been asked yet',
};

/** What the gateway says of its registries; null until the first answer, 'unreachable' when the gateway gave none. */
function useReadiness() {
  const [readiness, setReadiness] = useState(null);
  useEffect(() => {
    const leaving = new AbortController();
    const ask = async () => {
      if (document.hidden) return; // A tab in the background asks nothing of anyone.
      try {
        // An unready gateway answers 503 with the same document, so the status code is not looked at.
        const response = await fetch('/readyz', {
          cache: 'no-store',
          headers: { Accept: 'application/json' },
          signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(PATIENCE_MS)]),
        });
        const { registries } = await response.json();
        setReadiness(Array.isArray(registries) ? registries : 'unreachable');
      } catch {
        if (!leaving.signal.aborted) setReadiness('unreachable');
      }
    };
    ask();
    const timer = setInterval(ask, EVERY_MS);
    document.addEventListener('visibilitychange', ask);
    return () => {
      leaving.abort();
      clearInterval(timer);
      document.removeEventListener('visibilitychange', ask);
    };
  }, []);
  return readiness;
}

/** The line that says which registries answer. Latency is hidden from screen readers, or each poll would be read aloud. */
export function Registries() {
  const readiness = useReadiness();
  return (
    <div role="status" className="registries">
      {readiness === null && <span className="quiet">asking the registries…</span>}
      {readiness === 'unreachable' && <span className="unreachable">gateway unreachable</span>}
      {Array.isArray(readiness) && (
        <ul aria-label="Registries">
          {readiness.map(({ cluster, name, state, latencyMs }) => (
            <li key={cluster} data-cluster={cluster} data-state={state} title={`${cluster}: ${state}`}>
              <strong>{name}</strong> <em>{WORDS[state] ?? state}</em>
              {state === 'OK' && latencyMs != null && (
                <span className="quiet" aria-hidden="true">
                  {Math.round(latencyMs)} ms
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
