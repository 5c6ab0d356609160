// Work that may wait until what was just changed is on the screen.

/**
 * Runs `work` once the next frame is out; the answer calls it off. A timer that is set in the
 * frame's own callback comes after its drawing.
 */
export function afterFrame(work: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const frame = requestAnimationFrame(() => {
    timer = setTimeout(work);
  });
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}
