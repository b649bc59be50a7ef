// modelLinks.js
export const modelLinks = {
    "claude-3-5-sonnet-20241022": { url: "https://example.org/", provider: "Anthropic" },
    "o1-mini-2024-09-12": { url: "https://example.org/", provider: "OpenAI" },
    "phi-3-small-8k-instruct": { url: "https://example.org/", provider: "Microsoft" },
};
