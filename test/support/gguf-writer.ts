/** Writes the GGUF container, version 3, little-endian. https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */

export type MetadataValue =
  | { u32: number }
  | { f32: number }
  | { flag: boolean }
  | { text: string }
  | { texts: readonly string[] }
  | { i32s: readonly number[] };

export interface Tensor {
  name: string;
  /** The fastest-running dimension first. */
  dimensions: readonly number[];
  data: Float32Array<ArrayBuffer>;
}

const types = { u32: 4, i32: 5, f32: 6, flag: 7, text: 8, array: 9 };
const alignment = 32;

export class GgufWriter {
  readonly #parts: Buffer[] = [];
  #size = 0;

  file(metadata: readonly [string, MetadataValue][], tensors: readonly Tensor[]): void {
    this.#raw(Buffer.from('GGUF'));
    this.#u32(3);
    this.#u64(tensors.length);
    this.#u64(metadata.length);
    for (const [key, value] of metadata) {
      this.#text(key);
      this.#value(value);
    }
    let offset = 0;
    for (const { name, dimensions, data } of tensors) {
      this.#text(name);
      this.#u32(dimensions.length);
      for (const dimension of dimensions) this.#u64(dimension);
      this.#u32(0); // F32
      this.#u64(offset);
      offset += Math.ceil(data.byteLength / alignment) * alignment;
    }
    for (const { data } of tensors) {
      this.#pad();
      this.#raw(Buffer.from(data.buffer));
    }
    this.#pad();
  }

  bytes(): Buffer {
    return Buffer.concat(this.#parts);
  }

  #value(value: MetadataValue): void {
    if ('u32' in value) {
      this.#u32(types.u32);
      this.#u32(value.u32);
    } else if ('f32' in value) {
      this.#u32(types.f32);
      this.#number(4, (bytes) => bytes.writeFloatLE(value.f32));
    } else if ('flag' in value) {
      this.#u32(types.flag);
      this.#raw(Buffer.from([value.flag ? 1 : 0]));
    } else if ('text' in value) {
      this.#u32(types.text);
      this.#text(value.text);
    } else if ('texts' in value) {
      this.#array(types.text, value.texts.length);
      for (const text of value.texts) this.#text(text);
    } else {
      this.#array(types.i32, value.i32s.length);
      for (const number of value.i32s) this.#number(4, (bytes) => bytes.writeInt32LE(number));
    }
  }

  #array(elements: number, length: number): void {
    this.#u32(types.array);
    this.#u32(elements);
    this.#u64(length);
  }

  #text(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    this.#u64(bytes.length);
    this.#raw(bytes);
  }

  #u32(value: number): void {
    this.#number(4, (bytes) => bytes.writeUInt32LE(value));
  }

  #u64(value: number): void {
    this.#number(8, (bytes) => bytes.writeBigUInt64LE(BigInt(value)));
  }

  #number(sizeBytes: number, write: (bytes: Buffer) => void): void {
    const bytes = Buffer.alloc(sizeBytes);
    write(bytes);
    this.#raw(bytes);
  }

  #pad(): void {
    const over = this.#size % alignment;
    if (over > 0) this.#raw(Buffer.alloc(alignment - over));
  }

  #raw(bytes: Buffer): void {
    this.#parts.push(bytes);
    this.#size += bytes.length;
  }
}
