# Writes a Llama of random weights with a byte-level tokenizer into the folder that the argument names.
import sys
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
vocabulary = {c: i for i, c in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()) + special)}
bytes_only = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
bytes_only.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
bytes_only.decoder = decoders.ByteLevel()
tokenizer = PreTrainedTokenizerFast(tokenizer_object=bytes_only, bos_token=special[0], eos_token=special[2], pad_token=special[0])
tokenizer.chat_template = "{% for m in messages %}<|im_start|>{{m.role}}\n{{m.content}}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
tokenizer.save_pretrained(sys.argv[1])
torch.manual_seed(1)
config = LlamaConfig(vocab_size=264, hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=2, num_key_value_heads=2, max_position_embeddings=2048, bos_token_id=256, eos_token_id=258, pad_token_id=256)
LlamaForCausalLM(config).to(torch.float32).save_pretrained(sys.argv[1])
