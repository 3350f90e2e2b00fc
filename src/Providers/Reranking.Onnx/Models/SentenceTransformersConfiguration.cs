using System.Text.Json;

namespace Reranking.Onnx.Models;

/// <summary>What a folder of a modular Sentence Transformers cross-encoder says beside <c>config.json</c>.</summary>
internal sealed record SentenceTransformersConfiguration
{
    private const string Modular = "feature-extraction";
    private const string Classifier = "sequence-classification";

    /// <summary>Gets a value indicating whether modules beside the graph make the score.</summary>
    public required bool HasHead { get; init; }

    /// <summary>Gets the activation, or <see langword="null"/> if it is left to <c>config.json</c>.</summary>
    public string? Activation { get; private init; }

    /// <summary>Gets what is put before each query; empty for nothing.</summary>
    public string QueryPrompt { get; private init; } = "";

    /// <summary>Gets the longest input that takes the place of the tokenizer's, or <see langword="null"/>.</summary>
    public int? MaxTokens { get; private init; }

    /// <summary>Reads the files; <see langword="null"/> if the folder is none of a cross-encoder with modules, for which Python ignores them too.</summary>
    /// <exception cref="RelevanceScoringException">A file is damaged, or asks for what is not supported.</exception>
    public static SentenceTransformersConfiguration? Read(ModelFolder folder)
    {
        if (!File.Exists(folder.ModulesFile) || !File.Exists(folder.SentenceTransformersFile))
        {
            return null;
        }

        using JsonDocument library = ModelConfiguration.Parse(folder.SentenceTransformersFile, folder.Options);
        if (ModelConfiguration.Text(library.RootElement, "model_type") != "CrossEncoder")
        {
            return null;
        }

        using JsonDocument? transformer = File.Exists(folder.TransformerFile) ? ModelConfiguration.Parse(folder.TransformerFile, folder.Options) : null;
        JsonElement config = transformer?.RootElement ?? default;
        string task = TextOf(config, "transformer_task") ?? Modular;
        string? activation = ModelConfiguration.Text(library.RootElement, "activation_fn");
        return new SentenceTransformersConfiguration
        {
            HasHead = task switch
            {
                Modular => true,
                Classifier => false,
                _ => throw Failure(folder, "a transformer_task that is neither " + Modular + " nor " + Classifier),
            },
            Activation = activation?.StartsWith("torch.", StringComparison.Ordinal) == true ? activation : null,
            QueryPrompt = ReadPrompt(folder, library.RootElement),
            MaxTokens = IntegerOf(PropertyOf(PropertyOf(config, "processing_kwargs"), "text"), "max_length")
                ?? IntegerOf(PropertyOf(config, "processor_kwargs"), "model_max_length")
                ?? IntegerOf(PropertyOf(config, "tokenizer_args"), "model_max_length")
                ?? IntegerOf(config, "max_seq_length"),
        }.Checked(folder, config, task);
    }

    private static string ReadPrompt(ModelFolder folder, JsonElement library)
    {
        if (ModelConfiguration.Text(library, "default_prompt_name") is not { } name)
        {
            return "";
        }

        return TextOf(PropertyOf(library, "prompts"), name) ?? throw Failure(folder, "a default_prompt_name that its prompts do not have");
    }

    private static RelevanceScoringException Failure(ModelFolder folder, string problem) => new(
        $"'{folder.SentenceTransformersFile}' or sentence_bert_config.json has {problem}. "
        + $"Expected the files as they were published with the model. Check {folder.Options.ModelSetting}.");

    private static JsonElement PropertyOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value : default;

    private static string? TextOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object ? ModelConfiguration.Text(element, name) : null;

    private static int? IntegerOf(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object ? ModelConfiguration.Integer(element, name) : null;

    private SentenceTransformersConfiguration Checked(ModelFolder folder, JsonElement config, string task)
    {
        if (task != Modular)
        {
            return this;
        }

        JsonElement text = PropertyOf(PropertyOf(config, "modality_config"), "text");
        return PropertyOf(config, "do_lower_case").ValueKind == JsonValueKind.True ? throw Failure(folder, "do_lower_case, which is not supported")
            : (TextOf(text, "method") ?? "forward") != "forward" || (TextOf(text, "method_output_name") ?? "last_hidden_state") != "last_hidden_state"
            || (TextOf(config, "module_output_name") ?? "token_embeddings") != "token_embeddings"
                ? throw Failure(folder, "another output of the transformer than last_hidden_state as token_embeddings")
            : this;
    }
}
