// The conversation the user marked as unread while it is open: looking at it does
// not count as reading until it is opened again.

let id = $state<string | null>(null);

export const leftUnread = {
  is: (conversation: string | null): boolean => conversation !== null && conversation === id,
  set(conversation: string | null): void {
    id = conversation;
  },
};
