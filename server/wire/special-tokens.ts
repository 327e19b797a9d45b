/**
 * Special tokens that chat templates and fill-in-the-middle formats put around texts. A server that does not read its
 * model's template passes them on as text. https://huggingface.co/docs/transformers/chat_templating
 */

/** Tokens that end an answer or a turn, by family. */
export const turnEnds: readonly string[] = [
  // ChatML: Qwen, Yi, Hermes, SmolLM, InternLM, Kimi; and GPT-2's token, which most of them know as well.
  '<|im_end|>',
  '<|endoftext|>',
  // Llama 3 and 4, Granite.
  '<|eot_id|>',
  '<|eom_id|>',
  '<|eot|>',
  '<|eom|>',
  '<|end_of_text|>',
  // Llama 2, Mistral, Zephyr.
  '</s>',
  // Gemma; 4 has tokens of its own. https://ai.google.dev/gemma/docs/core/prompt-formatting-gemma4
  '<end_of_turn>',
  '<eos>',
  '<turn|>',
  // Phi and gpt-oss. https://cookbook.openai.com/articles/openai-harmony
  '<|end|>',
  '<|return|>',
  '<|call|>',
  // DeepSeek.
  '<｜end▁of▁sentence｜>',
  '<|end▁of▁sentence|>',
  '<|EOT|>',
  '<EOT>',
  // Command.
  '<|END_OF_TURN_TOKEN|>',
  '<|END_RESPONSE|>',
  '<EOS_TOKEN>',
  // OpenChat, ERNIE, Seed, EXAONE, Apertus, Idefics, Grok.
  '<|end_of_turn|>',
  '<|end_of_sentence|>',
  '<[end▁of▁sentence]>',
  '<seed:eos>',
  '[|endofturn|]',
  '<|assistant_end|>',
  '<end_of_utterance>',
  '<|separator|>',
  '<|endofresponse|>',
  '<|eos|>',
  '<|pad|>',
  '<pad>',
];

/** Tokens that begin a turn or its text. */
export const turnStarts: readonly string[] = [
  '<|im_start|>',
  '<|im_sep|>',
  '<|im_middle|>',
  '<|im_assistant|>',
  '<|im_user|>',
  '<|im_system|>',
  '<|begin_of_text|>',
  '<|start_header_id|>',
  '<|end_header_id|>',
  '<|header_start|>',
  '<|header_end|>',
  '<s>',
  '[INST]',
  '[/INST]',
  '<bos>',
  '<start_of_turn>',
  '<|turn>',
  '<|user|>',
  '<|assistant|>',
  '<|system|>',
  '<|observation|>',
  '<|start|>',
  '<｜begin▁of▁sentence｜>',
  '<|begin▁of▁sentence|>',
  '<｜User｜>',
  '<｜Assistant｜>',
  '<BOS_TOKEN>',
  '<|START_OF_TURN_TOKEN|>',
  '<|CHATBOT_TOKEN|>',
  '<|USER_TOKEN|>',
  '<|SYSTEM_TOKEN|>',
  '<|START_RESPONSE|>',
  '<|start_of_role|>',
  '<|end_of_role|>',
  '<[begin▁of▁sentence]>',
  '<seed:bos>',
  '[|assistant|]',
  '[|user|]',
  '<|assistant_start|>',
  '<|user_start|>',
  '<sop>',
];

/** Tokens around a part of the answer: GLM's box. */
export const answerMarks: readonly string[] = ['<|begin_of_box|>', '<|end_of_box|>'];

/**
 * What begins and ends reasoning in a text. DeepSeek, Qwen, GLM, MiniMax; Nova; EXAONE; Reka; Seed; Command; Magistral;
 * Kimi-VL; Apertus; Gemma 4.
 * https://docs.sglang.ai/advanced_features/separate_reasoning.html
 */
export const reasoningTags: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<thoughts>', '</thoughts>'],
  ['<reasoning>', '</reasoning>'],
  ['<seed:think>', '</seed:think>'],
  ['<|START_THINKING|>', '<|END_THINKING|>'],
  ['<|begin_of_thought|>', '<|end_of_thought|>'],
  ['[THINK]', '[/THINK]'],
  ['◁think▷', '◁/think▷'],
  ['<|inner_prefix|>', '<|inner_suffix|>'],
  ['<|channel>thought', '<channel|>'],
  // MedGemma.
  ['<unused94>thought', '<unused95>'],
];

/** The channels of gpt-oss: the text of `final` is the answer. https://cookbook.openai.com/articles/openai-harmony */
export const channelStart = '<|channel|>';
export const channelText = '<|message|>';
/** What ends the text of a channel. */
export const channelEnds: readonly string[] = [
  '<|end|>',
  '<|return|>',
  '<|call|>',
  '<|start|>',
  channelStart,
];
