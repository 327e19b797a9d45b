import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  sealSignature,
  signatureVendor,
  signatureVendors,
  unsealSignature,
} from '../../../server/wire/signatures.ts';

test('a signature is returned to the vendor that made it and to no other', () => {
  for (const vendor of signatureVendors) {
    const sealed = sealSignature(vendor, 'EqQBCgIYAhIM==');
    assert.equal(signatureVendor(sealed), vendor);
    for (const other of signatureVendors)
      assert.equal(unsealSignature(other, sealed), other === vendor ? 'EqQBCgIYAhIM==' : undefined);
  }
});

test('the shape of a call’s signature shows its vendor', () => {
  const cases = {
    '[{"type":"thinking","thinking":"a","signature":"b"}]': 'anthropic',
    '{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"x"}': 'openai',
    '{"reasoning_content":"a"}': 'openai-chat',
    '{"reasoning_details":[]}': 'openai-chat',
    'CpcBAVSoXO7+/a_b==': 'gemini',
    skip_thought_signature_validator: 'gemini',
    '{"type":"other"}': undefined,
    '{broken': undefined,
    'two words': undefined,
    '': undefined,
  };
  for (const [signature, vendor] of Object.entries(cases)) {
    assert.equal(signatureVendor(signature), vendor, signature);
    if (vendor) assert.equal(unsealSignature(vendor as 'gemini', signature), signature);
  }
  assert.equal(signatureVendor(undefined), undefined);
});
