/** Tool calls whose arguments break the tool's schema: repaired where the repair is certain, else named. */
import { jsonrepair } from 'jsonrepair';
import type { FunctionTool } from '../../shared/chat.ts';
import type { ToolCall } from '../../shared/content.ts';
import { repairValue } from './repair-value.ts';
import { schemaFault } from './schema-check.ts';

export type CheckedCall = {
  /** Valid where it could be made so; else as the model wrote it. */
  readonly call: ToolCall;
  /** What was wrong before the repair. Absent: it was not repaired. */
  readonly repaired?: string;
  /** What is wrong still. Absent: nothing. */
  readonly fault?: string;
};

/** Characters of arguments that are checked: larger ones hold files, and a check would keep other requests waiting. */
const maxChecked = 200_000;

/** @param tools of the request; a call of another tool is not checked */
export function checkCall(call: ToolCall, tools: readonly FunctionTool[]): CheckedCall {
  const tool = tools.find(({ name, namespace }) => name === call.name && namespace === call.namespace);
  if (!tool || call.isCustom || call.input.length > maxChecked) return { call };
  const parsed = parseInput(call.input);
  if (parsed === undefined) return { call, fault: 'its arguments are no JSON' };
  const fault = schemaFault(parsed.value, tool.inputSchema);
  if (fault === undefined && !parsed.isRepaired) return { call };
  const value = fault === undefined ? parsed.value : repairValue(parsed.value, tool.inputSchema);
  if (schemaFault(value, tool.inputSchema) !== undefined)
    return { call, fault: fault ?? 'its arguments are no JSON' };
  return { call: { ...call, input: JSON.stringify(value) }, repaired: fault ?? 'its arguments were no JSON' };
}

function parseInput(input: string): { readonly value: unknown; readonly isRepaired: boolean } | undefined {
  try {
    return { value: JSON.parse(input), isRepaired: false };
  } catch {
    // Below.
  }
  try {
    return { value: JSON.parse(jsonrepair(input)), isRepaired: true };
  } catch {
    return undefined;
  }
}
