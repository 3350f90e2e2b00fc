namespace Reranking.Onnx.Models;

/// <summary>The prompts that rerankers were published with, and those of users.</summary>
internal static class PromptCatalog
{
    /// <summary>The name that stands for what <c>config.json</c> tells.</summary>
    public const string Auto = "Auto";

    /// <summary>Gets the prompt of Qwen3-Reranker.</summary>
    public static Prompt Qwen3 { get; } = new()
    {
        Name = "Qwen3",
        ModelType = "qwen3",
        ControlToken = "<|im_start|>",
        Before =
            "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct provided. " +
            "Note that the answer can only be \"yes\" or \"no\".<|im_end|>\n<|im_start|>user\n",
        Document = "<Instruct>: {instruction}\n<Query>: {query}\n<Document>: ",
        After = ["<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"],
        Instruction = "Given a web search query, retrieve relevant passages that answer the query",
    };

    /// <summary>Gets the prompt of mxbai-rerank-base-v2 and mxbai-rerank-large-v2.</summary>
    public static Prompt MxbaiV2 { get; } = new()
    {
        Name = "MxbaiV2",
        ModelType = "qwen2",
        ControlToken = "<|im_start|>",
        Before = "<|im_start|>system\nYou are Qwen, created by Alibaba Cloud. You are a helpful assistant.<|im_end|>\n<|im_start|>user\n",
        InstructionBeforeQuery = "instruction: {instruction}\n",
        Query = "query: {query}",
        Between = "\n",
        Document = "document: ",
        After =
        [
            "\n",
            "You are a search relevance expert who evaluates how well documents match search queries. For each query-document pair, carefully analyze the " +
            "semantic relationship between them, then provide your binary relevance judgment (0 for not relevant, 1 for relevant).\nRelevance:",
            "<|im_end|>\n<|im_start|>assistant\n",
        ],
        YesToken = "1",
        NoToken = "0",
        IsMaxTokensOfContent = true,
    };

    /// <summary>
    /// Returns the prompt that the settings name or spell out, or that the model was certainly trained with; <see langword="null"/> for a model without one.
    /// </summary>
    public static Prompt? Choose(OnnxScorerOptions options, ModelFolder folder, ModelConfiguration configuration)
    {
        Prompt? prompt = options.Prompt is { } text && !Is(text, Auto) ? Find(text) ?? FromTemplate(text) : Detect(folder, configuration);
        return prompt is null ? null : prompt with
        {
            YesToken = options.YesToken ?? prompt.YesToken,
            NoToken = options.NoToken ?? prompt.NoToken,
            Instruction = options.Instruction ?? prompt.Instruction,
        };
    }

    /// <summary>Returns the published prompt of a name, in any letter case.</summary>
    public static Prompt? Find(string name) => Is(name, Qwen3.Name) ? Qwen3 : Is(name, MxbaiV2.Name) ? MxbaiV2 : null;

    /// <summary>Returns what a setting has to be, or <see langword="null"/> if it is a known name or a valid template.</summary>
    public static string? Problem(string text)
    {
        if (Is(text, Auto) || Find(text) is not null)
        {
            return null;
        }

        string expected =
            $"{Auto}, {Qwen3.Name}, {MxbaiV2.Name}, or a text with {PromptText.Query} and, behind it, {PromptText.Document}, each once, " +
            $"and {PromptText.Instruction} before {PromptText.Document} at most once";
        int document = text.IndexOf(PromptText.Document, StringComparison.Ordinal);
        bool isTemplate = PromptText.Count(text, PromptText.Document) == 1
            && PromptText.Count(text, PromptText.Query) == 1
            && PromptText.Count(text, PromptText.Instruction) == PromptText.Count(text[..document], PromptText.Instruction)
            && PromptText.Count(text, PromptText.Instruction) <= 1
            && text.IndexOf(PromptText.Query, StringComparison.Ordinal) < document;
        return isTemplate ? null : expected;
    }

    // Certain is what the makers wrote into the file, and the name that the model was published under, where the architecture agrees.
    private static Prompt? Detect(ModelFolder folder, ModelConfiguration configuration) => configuration.ModelType switch
    {
        "qwen3" when configuration.IsOriginalQwen3Reranker
            || configuration.AnswerTokens is ["no", "yes"]
            || IsNamed(folder, configuration, "qwen3-reranker") => Qwen3,
        "qwen2" when configuration.AnswerTokens is ["0", "1"]
            || IsNamed(folder, configuration, "mxbai-rerank-base-v2")
            || IsNamed(folder, configuration, "mxbai-rerank-large-v2") => MxbaiV2,
        _ => null,
    };

    private static bool IsNamed(ModelFolder folder, ModelConfiguration configuration, string name)
    {
        string[] path = folder.Path.Split(['/', '\\'], StringSplitOptions.RemoveEmptyEntries);

        // In the cache of the hub the folder is called by its commit: models--Qwen--Qwen3-Reranker-0.6B/snapshots/….
        IEnumerable<string?> names =
        [
            configuration.NameOrPath,
            folder.ModelId,
            path.LastOrDefault(),
            path.LastOrDefault(static part => part.StartsWith("models--", StringComparison.Ordinal)),
        ];
        return names.Any(known => known?.Contains(name, StringComparison.OrdinalIgnoreCase) == true);
    }

    private static Prompt FromTemplate(string text)
    {
        int document = text.IndexOf(PromptText.Document, StringComparison.Ordinal);
        return new Prompt { Name = "a template", Document = text[..document], After = [text[(document + PromptText.Document.Length)..]] };
    }

    private static bool Is(string text, string name) => text.Equals(name, StringComparison.OrdinalIgnoreCase);
}
