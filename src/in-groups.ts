/** What one group takes at most. */
export interface GroupRoom {
  items: number;
  pixels: number;
}

/** Groups items in order, asking before each group what there is room for; an item of too many pixels goes alone. */
export async function* inGroups<Item>(items: AsyncIterable<Item>, pixelsOf: (item: Item) => number, roomNow: () => GroupRoom): AsyncGenerator<Item[], void> {
  let group: Item[] = [];
  let room = roomNow();
  for await (const item of items) {
    const pixels = pixelsOf(item);
    if (group.length > 0 && pixels > room.pixels) {
      yield group;
      group = [];
      room = roomNow();
    }
    group.push(item);
    room = { items: room.items - 1, pixels: room.pixels - pixels };
    if (room.items > 0) continue;
    yield group;
    group = [];
    room = roomNow();
  }
  if (group.length > 0) yield group;
}
