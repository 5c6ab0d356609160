// Work that may wait until what was just changed is on the screen.

/**
 * Runs `work` once the next frame is out; the answer calls it off. A message posted in the frame's
 * own callback is handled after its drawing, where a timer or a second frame may come before it;
 * the timer after it lets go first what else waits for that frame.
 */
export function afterFrame(work: () => void): () => void {
  let off = false;
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    setTimeout(() => !off && work());
  };
  const frame = requestAnimationFrame(() => port2.postMessage(null));
  return () => {
    off = true;
    cancelAnimationFrame(frame);
  };
}
