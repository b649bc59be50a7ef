"""What stands before a name: a developer, or only a host, region or catalogue."""

from __future__ import annotations

import re

# Who serves a model is not who made it. Reviewed by hand; a developer that also hosts is listed only where it
# is published as a host (databricks-claude-opus-4-1).
_HOST_WORDS = """
accounts aihubmix anyscale aws azure azure-ai azure_ai azureml baseten bedrock chutes databricks
deepinfra featherless gemini fireworks fireworks-ai fireworks_ai friendli friendliai github github-models
google-vertex groq hf huggingface hyperbolic lepton litellm models modelscope nebius novita nvidia_nim
octoai ollama openai-compatible opencode openrouter parasail publishers replicate requesty sambanova
siliconcloud siliconflow together together_ai togetherai vercel vertex vertex_ai vertexai vllm
"""
HOSTS = frozenset(_HOST_WORDS.split())
# LiteLLM's `openai/NAME` is any model behind an interface like OpenAI's, so only the name says whose it is.
ROUTES = frozenset(("openai",))
# databricks-claude-opus-4-1; of the other hosts a name may begin with the word (gemini-pro)
_BEFORE_DASH = frozenset(("azure", "bedrock", "databricks", "fireworks", "groq", "openrouter", "together", "vertex"))
_ADDRESS = re.compile(r"^(?:hf:|https?://(?:www\.)?(?:huggingface\.co|hf\.co|openrouter\.ai|github\.com)/)(?=\S)")
_PATH = re.compile(r"^([\w.~@-]+)/(?=[^\s/])")
_COLON = re.compile(r"^([^:/()]{2,40}): +(?=\S)")
# Bedrock's au.anthropic.claude-haiku-4-5
_DOTTED = re.compile(r"^(?:(?:us|eu|apac|au|jp|ca|global)\.)?([a-z][a-z0-9]+)\.(?=[a-z][a-z0-9]*[-.0-9])")
_DASHED = re.compile(r"^([a-z]+)-(?=[a-z])")


def take_prefix(text: str) -> tuple[str | None, str]:
    """A name -> (the developer published before it, the rest). Hosts, regions and catalogues are taken off.

    >>> take_prefix("openrouter/anthropic/claude-opus-4"), take_prefix("groq/llama-3")
    (('anthropic', 'claude-opus-4'), (None, 'llama-3'))
    >>> take_prefix("openai/hf:Qwen/Qwen2.5-7B")
    ('Qwen', 'Qwen2.5-7B')
    """
    prefix: str | None = None
    text = _ADDRESS.sub("", text).lstrip("~")
    while match := _PATH.match(text):
        prefix, text = _developer(match[1]), _ADDRESS.sub("", text[match.end() :])
    if prefix is None and (match := _COLON.match(text)):
        prefix, text = _developer(match[1].strip()), text[match.end() :]
    if match := _DOTTED.match(text):
        prefix, text = prefix or _developer(match[1]), text[match.end() :]
    if (match := _DASHED.match(text)) and match[1] in _BEFORE_DASH:
        text = text[match.end() :]
    return prefix, text


def _developer(word: str) -> str | None:
    return None if word.lower() in HOSTS else word
