// How high framed mails were: a mail that comes into view again takes its room at
// once, and nothing below it moves.

const KEPT = 500;

export const heights = {
  map: new Map<string, number>(),
  get(id: string): number | undefined {
    return this.map.get(id);
  },
  set(id: string, height: number): void {
    this.map.delete(id);
    this.map.set(id, height);
    const oldest = this.map.size > KEPT ? this.map.keys().next().value : undefined;
    if (oldest !== undefined) this.map.delete(oldest);
  },
};
