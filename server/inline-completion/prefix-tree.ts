/** A tree of texts that share their beginnings, each beginning kept once: what hangs below a text is found in one walk down. */

export type PrefixTree<Value> = {
  /** All values whose text begins with this one, in no order. */
  valuesUnder(text: string): Value[];
  /** What comes back takes the value out again; calling it twice does nothing. */
  add(text: string, value: Value): () => void;
  /** Bytes of the texts kept. */
  readonly bytes: number;
};

type Node<Value> = {
  /** What this node adds to the text of its parent. */
  label: string;
  parent: Node<Value> | undefined;
  /** By the first unit of their labels. */
  readonly children: Map<string, Node<Value>>;
  readonly values: Set<Value>;
};

export function prefixTree<Value>(): PrefixTree<Value> {
  const root = node<Value>('', undefined);
  let units = 0;

  const add = (text: string, value: Value): (() => void) => {
    const leaf = grow(text);
    leaf.values.add(value);
    return () => {
      if (leaf.values.delete(value)) prune(leaf);
    };
  };

  /** The node that ends exactly where the text does, made where it is missing. */
  const grow = (text: string): Node<Value> => {
    let at = root;
    let depth = 0;
    while (depth < text.length) {
      const child = at.children.get(text.charAt(depth));
      if (!child) {
        units += text.length - depth;
        return hang(at, node(copy(text.slice(depth)), at));
      }
      const shared = sharedUnits(child.label, text, depth);
      at = shared === child.label.length ? child : split(child, shared);
      depth += shared;
    }
    return at;
  };

  /** Drops nodes that hold nothing any more, and joins a node with its only child: the child stays who it is. */
  const prune = (at: Node<Value>): void => {
    const { parent } = at;
    if (!parent || at.values.size > 0) return;
    if (at.children.size === 0) {
      parent.children.delete(at.label.charAt(0));
      units -= at.label.length;
      prune(parent);
    } else if (at.children.size === 1) {
      for (const child of at.children.values()) {
        child.label = copy(at.label + child.label);
        child.parent = parent;
        hang(parent, child);
      }
    }
  };

  return {
    add,
    valuesUnder(text) {
      let at = root;
      let depth = 0;
      while (depth < text.length) {
        const child = at.children.get(text.charAt(depth));
        if (!child) return [];
        const whole = child.label.length <= text.length - depth;
        if (whole ? !text.startsWith(child.label, depth) : !child.label.startsWith(text.slice(depth)))
          return [];
        at = child;
        depth += child.label.length;
      }
      return gather(at, []);
    },
    get bytes() {
      return 2 * units;
    },
  };
}

const node = <Value>(label: string, parent: Node<Value> | undefined): Node<Value> => ({
  label,
  parent,
  children: new Map(),
  values: new Set(),
});

function hang<Value>(parent: Node<Value>, child: Node<Value>): Node<Value> {
  parent.children.set(child.label.charAt(0), child);
  return child;
}

/** Puts a node between this one and its parent, after so many units; this one stays who it is. */
function split<Value>(lower: Node<Value>, units: number): Node<Value> {
  const upper = node(copy(lower.label.slice(0, units)), lower.parent);
  if (lower.parent) hang(lower.parent, upper);
  lower.label = copy(lower.label.slice(units));
  lower.parent = upper;
  hang(upper, lower);
  return upper;
}

function gather<Value>(at: Node<Value>, values: Value[]): Value[] {
  values.push(...at.values);
  for (const child of at.children.values()) gather(child, values);
  return values;
}

/** How many units of the label the text has from here on. */
function sharedUnits(label: string, text: string, from: number): number {
  const most = Math.min(label.length, text.length - from);
  let shared = 0;
  while (shared < most && label.charCodeAt(shared) === text.charCodeAt(from + shared)) shared++;
  return shared;
}

/** A slice keeps the whole string alive that it was cut from; a copy is what it says. UTF-16, since a label may end within a pair. */
const copy = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');
