/**
 * Starts work on items in their order, at most `most` at once, and gives the results in that order. What is started next
 * waits until its results are taken, so no more than `most` of them are ever kept.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>, most: number, start: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void> {
  const started: Promise<Result>[] = [];
  for await (const item of items) {
    const result = start(item);
    result.catch(() => {}); // told when its turn comes, or not at all where an earlier one failed
    started.push(result);
    if (started.length === most) yield await started.shift()!;
  }
  for (const result of started) yield await result;
}
