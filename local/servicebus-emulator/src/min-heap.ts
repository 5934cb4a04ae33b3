/** Binary heap: smallest key first. */
export interface MinHeap<T> {
  readonly size: number;
  push(item: T): void;
  peek(): T | undefined;
  pop(): T | undefined;
  /** Drops every item for which `keep` is false. */
  prune(keep: (item: T) => boolean): void;
}

export function makeMinHeap<T>(keyOf: (item: T) => number): MinHeap<T> {
  let items: T[] = [];

  function siftUp(start: number): void {
    const item = items[start] as T;
    const key = keyOf(item);
    let index = start;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = items[parent] as T;
      if (keyOf(above) <= key) break;
      items[index] = above;
      index = parent;
    }
    items[index] = item;
  }

  function siftDown(start: number): void {
    const item = items[start] as T;
    const key = keyOf(item);
    let index = start;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && keyOf(items[child + 1] as T) < keyOf(items[child] as T)) child++;
      const below = items[child] as T;
      if (keyOf(below) >= key) break;
      items[index] = below;
      index = child;
    }
    items[index] = item;
  }

  return {
    get size() {
      return items.length;
    },
    push(item) {
      siftUp(items.push(item) - 1);
    },
    peek: () => items[0],
    pop() {
      const first = items[0];
      const last = items.pop();
      if (items.length > 0 && last !== undefined) {
        items[0] = last;
        siftDown(0);
      }
      return first;
    },
    prune(keep) {
      items = items.filter(keep);
      for (let index = (items.length >> 1) - 1; index >= 0; index--) siftDown(index);
    },
  };
}
