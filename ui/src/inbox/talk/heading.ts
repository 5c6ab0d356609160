// What can be done with a whole conversation.

export interface Heading {
  done(): void;
  /** `null`: back at once. */
  snooze(until: number | null): void;
  task(anchor: HTMLElement): void;
  find(): void;
  unread(): void;
  mute(): void;
  copyLink(): void;
  /** `null` where its source has no address one could open. */
  source: (() => void) | null;
  leaveThread(): void;
}
