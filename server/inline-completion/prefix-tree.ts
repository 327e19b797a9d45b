/** A radix tree: texts share their prefixes, each stored once, and one walk down finds every value below a prefix. */

export type PrefixTree<Value> = {
  /** All values whose text begins with this one, in no particular order. */
  valuesUnder(text: string): Value[];
  /** Returns a function that removes the value; calling it twice does nothing. */
  add(text: string, value: Value): () => void;
  /** Bytes of the stored texts. */
  readonly bytes: number;
};

type Node<Value> = {
  /** The text that this node appends to its parent's. */
  label: string;
  parent: Node<Value> | undefined;
  /** By the first UTF-16 unit of their labels. */
  readonly children: Map<string, Node<Value>>;
  readonly values: Set<Value>;
};

export function prefixTree<Value>(): PrefixTree<Value> {
  const root = node<Value>('', undefined);
  let units = 0;

  const add = (text: string, value: Value): (() => void) => {
    const leaf = nodeFor(text);
    leaf.values.add(value);
    return () => {
      if (leaf.values.delete(value)) prune(leaf);
    };
  };

  /** The node that ends exactly where the text does, created if missing. */
  const nodeFor = (text: string): Node<Value> => {
    let at = root;
    let depth = 0;
    while (depth < text.length) {
      const child = at.children.get(text.charAt(depth));
      if (!child) {
        units += text.length - depth;
        return attach(at, node(copy(text.slice(depth)), at));
      }
      const shared = sharedUnits(child.label, text, depth);
      at = shared === child.label.length ? child : split(child, shared);
      depth += shared;
    }
    return at;
  };

  /** Removes empty nodes, and merges a node into its only child: the child keeps its identity. */
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
        attach(parent, child);
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
      return collect(at, []);
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

function attach<Value>(parent: Node<Value>, child: Node<Value>): Node<Value> {
  parent.children.set(child.label.charAt(0), child);
  return child;
}

/** Inserts a node between this one and its parent, after this many units; the lower one keeps its identity. */
function split<Value>(lower: Node<Value>, units: number): Node<Value> {
  const upper = node(copy(lower.label.slice(0, units)), lower.parent);
  if (lower.parent) attach(lower.parent, upper);
  lower.label = copy(lower.label.slice(units));
  lower.parent = upper;
  attach(upper, lower);
  return upper;
}

function collect<Value>(at: Node<Value>, values: Value[]): Value[] {
  values.push(...at.values);
  for (const child of at.children.values()) collect(child, values);
  return values;
}

/** How many units of the label match the text from this offset. */
function sharedUnits(label: string, text: string, from: number): number {
  const max = Math.min(label.length, text.length - from);
  let shared = 0;
  while (shared < max && label.charCodeAt(shared) === text.charCodeAt(from + shared)) shared++;
  return shared;
}

/** A slice keeps the whole string in memory that it was cut from; a copy does not. UTF-16, since a label may end within a surrogate pair. */
const copy = (text: string): string => Buffer.from(text, 'utf16le').toString('utf16le');
