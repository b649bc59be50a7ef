export const modelLinks = {
    "glm-5.2": { url: "https://example.org/", organization: "Z.AI", displayName: "GLM-5.2", openweight: true, reasoner: true, huggingface: "https://example.org/" },
    "kimi-k3": {url: "https://example.org/", organization: "Moonshot AI", displayName: "Kimi K3",  openweight: true, reasoner: true, huggingface: "https://example.org/"},
    "smaug-agentic": {organization: "Abacus.AI", displayName: "Smaug-Agentic", openweight: true, reasoner: true, huggingface: "https://example.org/", finetune: { organization: "Abacus.AI", baseModel: "Kimi K3", baseOrganization: "Moonshot AI" }},
    "gpt-5.5": {
        url: "https://example.org/",
        organization: "OpenAI",
        displayName: "GPT-5.5",
        version: "2026-04-23",
        reasoner: true,
        variants: [
            { rawName: "gpt-5.5-high", displayName: "GPT-5.5 Thinking High Effort" },
            { rawName: "gpt-5.5-xhigh", displayName: "GPT-5.5 Thinking xHigh Effort" },
            { rawName: "gpt-5.5-medium", displayName: "GPT-5.5 Thinking Medium Effort" }
        ]
    },
    "claude-fable-5-max-effort": {
        url: "https://example.org/",
        organization: "Anthropic",
        displayName: "Claude Fable 5 Max Effort",
        reasoner: true,
        variants: [
            { rawName: "claude-fable-5-xhigh-effort", displayName: "Claude Fable 5 xHigh Effort" }
        ]
    },
    "qwen3.8-max": {
        url: "https://example.org/",
        organization: "Alibaba",
        displayName: "Qwen 3.8 Max",
        reasoner: true,
        openweight: true,
        huggingface: "https://example.org/"
    },
};
