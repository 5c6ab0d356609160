// The one table of commands and their keys: the keyboard, the strip at the
// bottom, the palette and the settings all read it. A command acts only where
// somebody on the screen offers to do it. Titles are messages `key.<id>`.

/** `Mod` is Ctrl, and Command on macOS. Two keys with a space are a sequence. */
export interface KeyCommand {
  id: string;
  keys: string[];
  /** Also while a text field has focus. */
  inField?: boolean;
  /** Not in the palette: it needs the list's focus to mean anything. */
  quiet?: boolean;
}

export const KEYMAP: readonly KeyCommand[] = [
  // Anywhere
  { id: 'search', keys: ['Mod+K'], inField: true },
  { id: 'filter', keys: ['/'] },
  { id: 'undo', keys: ['Z'] },
  { id: 'sync', keys: ['U'] },
  { id: 'help', keys: ['?'] },
  { id: 'new', keys: ['C'] },
  { id: 'pane_next', keys: ['F6'], inField: true, quiet: true },
  { id: 'pane_previous', keys: ['Shift+F6'], inField: true, quiet: true },
  { id: 'back', keys: ['Alt+ArrowLeft'], inField: true },
  { id: 'forward', keys: ['Alt+ArrowRight'], inField: true },
  { id: 'go_today', keys: ['G T'] },
  { id: 'go_inbox', keys: ['G I'] },
  { id: 'go_tasks', keys: ['G K'] },
  { id: 'go_customers', keys: ['G C'] },
  { id: 'go_calendar', keys: ['G D'] },
  { id: 'go_accounts', keys: ['G A'] },
  { id: 'go_outbox', keys: ['G O'] },
  { id: 'go_settings', keys: ['G S'] },
  { id: 'toggle_side', keys: ['Mod+\\'], inField: true },
  { id: 'toggle_context', keys: ['Mod+.'], inField: true },
  { id: 'escape', keys: ['Escape'], inField: true, quiet: true },
  // Lists
  { id: 'next', keys: ['J', 'ArrowDown'], quiet: true },
  { id: 'previous', keys: ['K', 'ArrowUp'], quiet: true },
  { id: 'first', keys: ['Home'], quiet: true },
  { id: 'last', keys: ['End'], quiet: true },
  { id: 'open', keys: ['Enter', 'O'], quiet: true },
  { id: 'select', keys: ['X'] },
  { id: 'select_range', keys: ['Shift+X'] },
  { id: 'select_all', keys: ['Mod+A'] },
  { id: 'done', keys: ['E'] },
  { id: 'snooze', keys: ['S'] },
  { id: 'pick_1', keys: ['1'], quiet: true },
  { id: 'pick_2', keys: ['2'], quiet: true },
  { id: 'pick_3', keys: ['3'], quiet: true },
  { id: 'pick_4', keys: ['4'], quiet: true },
  { id: 'pick_5', keys: ['5'], quiet: true },
  { id: 'pick_6', keys: ['6'], quiet: true },
  { id: 'mark_unread', keys: ['Shift+U'] },
  { id: 'mute', keys: ['Shift+M'] },
  // A conversation
  { id: 'reply', keys: ['R'] },
  { id: 'react', keys: ['Shift+R'] },
  { id: 'edit', keys: ['Shift+E'] },
  { id: 'redact', keys: ['Delete'] },
  { id: 'task', keys: ['T'] },
  { id: 'call', keys: ['L'] },
  { id: 'find_here', keys: ['Mod+F'], inField: true },
  { id: 'jump_date', keys: ['Shift+D'] },
  { id: 'older', keys: ['PageUp'], quiet: true },
  // Writing
  { id: 'send', keys: ['Mod+Enter'], inField: true },
  { id: 'schedule', keys: ['Mod+Shift+Enter'], inField: true },
  { id: 'attach', keys: ['Mod+Shift+A'], inField: true },
  { id: 'template', keys: ['Mod+Shift+T'], inField: true },
  { id: 'emoji', keys: ['Mod+Shift+E'], inField: true },
  // Customers and tasks
  { id: 'write', keys: ['W'] },
  { id: 'note', keys: ['N'] },
  { id: 'pin', keys: ['P'] },
  { id: 'complete', keys: ['X'] },
  { id: 'due', keys: ['D'] },
  { id: 'assign', keys: ['A'] },
  { id: 'board', keys: ['V'] },
  { id: 'source', keys: ['G M'] },
  { id: 'column_before', keys: ['H', 'ArrowLeft'], quiet: true },
  { id: 'column_after', keys: ['L', 'ArrowRight'], quiet: true },
  { id: 'move_before', keys: ['Shift+ArrowLeft'] },
  { id: 'move_after', keys: ['Shift+ArrowRight'] },
  { id: 'show_today', keys: ['T'] },
  { id: 'week_before', keys: ['['] },
  { id: 'week_after', keys: [']'] },
  { id: 'join', keys: ['M'] },
  { id: 'brief', keys: ['B'] },
];
