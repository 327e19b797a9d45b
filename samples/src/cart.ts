import { type Cents, sum } from './price.ts';

export interface Item {
  name: string;
  price: Cents;
  quantity: number;
}

export class Cart {
  readonly #items: Item[] = [];

  add(item: Item): void {
    const existing = this.#items.find(({ name }) => name === item.name);
    if (existing) existing.quantity += item.quantity;
    else this.#items.push({ ...item });
  }

  total(): Cents {
    return sum(this.#items.map(({ price, quantity }) => price * quantity));
  }
}
