// Where the user was in each list, so that coming back is coming back. Only for
// as long as the window lives: what is open is in the address.

export interface Place {
  id: string | null;
  top: number;
}

const places = new Map<string, Place>();

export const memory = {
  of: (list: string): Place => places.get(list) ?? { id: null, top: 0 },
  keep(list: string, part: Partial<Place>): void {
    places.set(list, { ...memory.of(list), ...part });
  },
};
