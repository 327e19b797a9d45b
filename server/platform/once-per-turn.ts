/** Work that is repeated only after the event loop has turned. */

/** Runs `work` on the first call in each turn of the event loop; further calls in that turn do nothing. */
export function oncePerTurn(work: () => void): () => void {
  let isDone = false;
  const reset = () => {
    isDone = false;
  };
  return () => {
    if (isDone) return;
    isDone = true;
    setImmediate(reset);
    work();
  };
}
