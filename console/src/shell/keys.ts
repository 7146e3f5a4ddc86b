const TYPED_INTO = 'input, textarea, select, [contenteditable], dialog[open]';

/**
 * The key of an event that is meant for the view: null while somebody types, with a modifier, or
 * when another part has answered it. Capital letters come as they are typed.
 */
export function plainKey(event: KeyboardEvent): string | null {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.target instanceof Element && event.target.closest(TYPED_INTO)) return null;
  return event.key;
}

/** Whether Enter or space belongs to the control that has the focus. */
export function onControl(event: KeyboardEvent): boolean {
  return event.target instanceof Element && event.target.closest('button, a, summary') !== null;
}
