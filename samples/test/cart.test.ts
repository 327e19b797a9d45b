import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cart } from '../src/cart.ts';

test('the same thing twice is one line of the cart', () => {
  const cart = new Cart();
  cart.add({ name: 'compass', price: 4_950, quantity: 1 });
  cart.add({ name: 'compass', price: 4_950, quantity: 2 });
  assert.equal(cart.total(), 14_850);
});
