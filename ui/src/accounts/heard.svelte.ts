// A form is shut while what it said is heard, and loses the focus by that.

/**
 * Gives the focus back to a field once the answer is there: whoever still sees the form is to
 * say it again. What comes back is to be called when something is said.
 */
export function heard(busy: () => boolean, field: () => HTMLInputElement | undefined): () => void {
  let said = false;
  $effect(() => {
    if (busy() || !said) return;
    said = false;
    field()?.focus();
  });
  return () => (said = true);
}
