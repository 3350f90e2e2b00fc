using System.Globalization;
using System.Text.Json;

namespace Reranking.Onnx.Models;

/// <summary>What <c>config.json</c> and <c>tokenizer_config.json</c> of a model say.</summary>
internal sealed class ModelConfiguration
{
    // Positions 0 and 1 of these architectures are taken by padding, so fewer tokens fit than there are positions.
    private static readonly string[] OffsetArchitectures = ["roberta", "xlm-roberta", "camembert", "mpnet"];

    // tokenizer_config.json says "no limit" with a number like 1e30.
    private const double Unlimited = 1e6;

    // Far beyond any model: what a file says of sizes becomes memory.
    private const int MaxHiddenSize = 1 << 16;
    private const int MaxVocabularySize = 1 << 24;
    private const int MaxLabels = 1 << 16;
    private const long MaxFileLength = 64 << 20;

    private ModelConfiguration()
    {
    }

    /// <summary>Gets the names of the labels, by index; empty if the file does not name it.</summary>
    public IReadOnlyList<string> Labels { get; private init; } = [];

    /// <summary>Gets the architecture, as <c>bert</c>, or <see langword="null"/> if the file does not name it.</summary>
    public string? ModelType { get; private init; }

    /// <summary>Gets a value indicating whether the model was made to go on with a text: it gives a logit a token of the vocabulary.</summary>
    public bool IsLanguageModel { get; private init; }

    /// <summary>Gets the name that the model was loaded by when it was saved, or <see langword="null"/> if the file does not name it.</summary>
    public string? NameOrPath { get; private init; }

    /// <summary>Gets a value indicating whether the file declares the model to be a conversion of Qwen3-Reranker.</summary>
    public bool IsOriginalQwen3Reranker { get; private init; }

    /// <summary>Gets the tokens that a conversion to sequence classification was made of, "no" first; empty if there are none.</summary>
    public IReadOnlyList<string> AnswerTokens { get; private init; } = [];

    /// <summary>Gets the position of the first token.</summary>
    public int FirstPosition { get; private init; }

    /// <summary>Gets the number of dimensions of a token's vector, or <see langword="null"/> if the file does not name it.</summary>
    public int? HiddenSize { get; private init; }

    public int? VocabularySize { get; private init; }

    public int? PadTokenId { get; private init; }

    /// <summary>Gets the longest input in tokens, or <see langword="null"/> if neither file says it.</summary>
    public int? MaxTokens { get; private init; }

    /// <summary>Gets the name of the activation that the model was trained with, or <see langword="null"/> if the file does not name it.</summary>
    public string? Activation { get; private init; }

    /// <summary>Gets a value indicating whether modules beside the graph make the score out of its last hidden states.</summary>
    public bool HasHead { get; private init; }

    /// <summary>Gets what is put before each query; empty for nothing.</summary>
    public string QueryPrompt { get; private init; } = "";

    /// <summary>Reads the files.</summary>
    /// <exception cref="RelevanceScoringException">A file is missing or damaged, or says what no model has.</exception>
    public static ModelConfiguration Read(ModelFolder folder)
    {
        try
        {
            return ReadFiles(folder);
        }
        catch (InvalidOperationException exception)
        {
            // A text with a lone surrogate, which is valid JSON and no Unicode.
            throw new RelevanceScoringException(
                $"'{folder.ConfigFile}' or tokenizer_config.json has a text that is not valid Unicode. "
                + $"Expected the files as they were published with the model. Check {folder.Options.ModelSetting}.",
                exception);
        }
    }

    /// <summary>Reads a file of the folder.</summary>
    /// <exception cref="RelevanceScoringException">It can't be read, or is not JSON of that kind.</exception>
    public static JsonDocument Parse(string path, OnnxModelOptions options, JsonValueKind kind = JsonValueKind.Object)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxFileLength } file)
            {
                throw new RelevanceScoringException($"{Damaged(path, options, kind)} It has {file.Length} bytes.");
            }

            JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind == kind)
            {
                return document;
            }

            document.Dispose();
        }
        catch (JsonException exception)
        {
            throw ModelFileFailure.Mark(new RelevanceScoringException(Damaged(path, options, kind), exception), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new RelevanceScoringException(
                $"'{path}' can't be read: {exception.Message} Check {options.ModelSetting}.", exception);
        }

        throw ModelFileFailure.Mark(new RelevanceScoringException(Damaged(path, options, kind)), path);
    }

    /// <summary>Returns a number that is a count, or <see langword="null"/>.</summary>
    public static int? Integer(JsonElement element, string name) => Number(element, name) is >= 0 and < Unlimited and { } number ? (int)number : null;

    /// <summary>Returns a text, or <see langword="null"/>.</summary>
    public static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static ModelConfiguration ReadFiles(ModelFolder folder)
    {
        using JsonDocument config = Parse(folder.ConfigFile, folder.Options);
        using JsonDocument? tokenizerConfig = File.Exists(folder.TokenizerConfigFile) ? Parse(folder.TokenizerConfigFile, folder.Options) : null;
        JsonElement root = config.RootElement;

        string? modelType = Text(root, "model_type");
        int firstPosition = OffsetArchitectures.Contains(modelType) ? 2 : 0;
        int? positions = Integer(root, "max_position_embeddings") - firstPosition;

        int? tokenizerLimit = tokenizerConfig is null ? null : Integer(tokenizerConfig.RootElement, "model_max_length");
        SentenceTransformersConfiguration? modular = SentenceTransformersConfiguration.Read(folder);
        tokenizerLimit = modular?.MaxTokens ?? tokenizerLimit;
        return new ModelConfiguration
        {
            Labels = ReadLabels(root),
            ModelType = modelType,
            IsLanguageModel = Texts(root, "architectures").Any(static name => name.EndsWith("ForCausalLM", StringComparison.Ordinal)),
            NameOrPath = Text(root, "_name_or_path"),
            IsOriginalQwen3Reranker = root.TryGetProperty("is_original_qwen3_reranker", out JsonElement original) && original.ValueKind == JsonValueKind.True,
            AnswerTokens = Texts(root, "classifier_from_token"),
            FirstPosition = firstPosition,
            HiddenSize = Size(folder, root, "hidden_size", MaxHiddenSize),
            VocabularySize = Size(folder, root, "vocab_size", MaxVocabularySize),
            PadTokenId = Integer(root, "pad_token_id"),
            MaxTokens = positions is null || tokenizerLimit is null ? positions ?? tokenizerLimit : Math.Min(positions.Value, tokenizerLimit.Value),
            HasHead = modular is { HasHead: true },
            QueryPrompt = modular?.QueryPrompt ?? "",
            Activation = modular?.Activation ?? (root.TryGetProperty("sentence_transformers", out JsonElement sentenceTransformers)
                && sentenceTransformers.ValueKind == JsonValueKind.Object
                ? Text(sentenceTransformers, "activation_fn")
                : Text(root, "sbert_ce_default_activation_function")),
        };
    }

    private static string[] ReadLabels(JsonElement root) =>
        root.TryGetProperty("id2label", out JsonElement labels) && labels.ValueKind == JsonValueKind.Object
            ? [.. labels.EnumerateObject()
                .OrderBy(static label => int.TryParse(label.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int index) ? index : int.MaxValue)
                .Select(static label => label.Value.ToString())
                .Take(MaxLabels)]
            : [];

    private static string Damaged(string path, OnnxModelOptions options, JsonValueKind kind) =>
        $"'{path}' is not a JSON {(kind == JsonValueKind.Array ? "array" : "object")}. Expected the file as it was published with the model. "
        + $"Check {options.ModelSetting}.";

    // A size of 0 or of billions is not read over: it would become memory.
    private static int? Size(ModelFolder folder, JsonElement element, string name, int max) => Number(element, name) switch
    {
        null => null,
        >= 1 and { } number when number <= max => (int)number,
        { } number => throw new RelevanceScoringException(string.Create(
            CultureInfo.InvariantCulture,
            $"'{folder.ConfigFile}' says {name} {number}; expected 1 to {max}. Check {folder.Options.ModelSetting}.")),
    };

    private static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private static string[] Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement values) && values.ValueKind == JsonValueKind.Array
            ? [.. values.EnumerateArray().Select(static value => value.ToString())]
            : [];
}
