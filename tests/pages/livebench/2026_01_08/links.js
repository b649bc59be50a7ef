export const modelLinks = {
    "glm-5": {url: "https://example.org/", organization: "Z.AI", displayName: "GLM 5", reasoner: true, openweight: true},
    "gpt-5.4": {
        url: "https://example.org/",
        organization: "OpenAI",
        displayName: "GPT-5.4",
        version: "2026-03-05",
        reasoner: true,
        variants: [
            { rawName: "gpt-5.4-high", displayName: "GPT-5.4 Thinking High Effort" },
            { rawName: "gpt-5.4-xhigh", displayName: "GPT-5.4 Thinking xHigh Effort" }
        ]
    },
    "qwen3.6-plus": {url: "https://example.org/", organization: "Alibaba", displayName: "Qwen 3.6 Plus", version: "2026-04-02", reasoner: true},
    "nemotron-3-super-120b-a12b": {url: "https://example.org/", organization: "NVIDIA", displayName: "Nemotron 3 Super 120B A12B", version: "2026-03-11", reasoner: true, openweight: true},
};
