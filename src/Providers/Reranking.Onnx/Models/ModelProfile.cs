using Microsoft.ML.OnnxRuntime;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Models;

/// <summary>
/// What is known about a model before it runs: everything that its files, the graph and the settings say together, resolved once. Nothing about a
/// loaded model changes afterward.
/// </summary>
internal sealed record ModelProfile
{
    // The least that the setting takes; fewer would leave no room beside the special tokens.
    private const int MinTokens = 8;

    /// <summary>Gets the files of the model, its name, and the settings that it runs with.</summary>
    public required ModelFolder Folder { get; init; }

    /// <summary>Gets the longest input in tokens, special tokens and prompt included.</summary>
    public required int MaxTokens { get; init; }

    /// <summary>Gets the position of the first token.</summary>
    public required int FirstPosition { get; init; }

    /// <summary>Gets the id that fills up the shorter inputs of a batch.</summary>
    public required int PadTokenId { get; init; }

    /// <summary>
    /// Gets a value indicating whether the shorter inputs of a batch are padded at their start, so that all of them end at the same position.
    /// </summary>
    public bool PadsLeft { get; init; }

    /// <summary>Gets the output that is read.</summary>
    public required ModelOutput Output { get; init; }

    /// <summary>Gets the prompt that the model reads a pair in, or <see langword="null"/> if it reads the template of its tokenizer.</summary>
    public TokenizedPrompt? Prompt { get; init; }

    /// <summary>Gets which logits are the score of a pair; <see langword="null"/> for an embedding model.</summary>
    public RelevanceLogits? RelevanceLogits { get; init; }

    /// <summary>Gets what makes logits of the last hidden states, or <see langword="null"/> if the graph returns logits.</summary>
    public ModularHead? Head { get; init; }

    /// <summary>Gets what is put before each query; empty for nothing.</summary>
    public string QueryPrompt { get; init; } = "";

    /// <summary>Gets how many numbers an input has when they are read as logits: labels, or tokens of the vocabulary.</summary>
    public int LogitCount => Head?.LabelCount ?? Output.Width;

    /// <summary>Resolves what a cross-encoder and an embedding model have in common.</summary>
    /// <param name="folder">The files.</param>
    /// <param name="configuration">What the files say.</param>
    /// <param name="tokenizer">The tokenizer of the folder.</param>
    /// <param name="outputs">The outputs that the graph declares.</param>
    /// <param name="outputNames">The names of the output to read if there are several, the best first.</param>
    /// <exception cref="RelevanceScoringException">The parts do not fit together.</exception>
    public static ModelProfile Resolve(
        ModelFolder folder,
        ModelConfiguration configuration,
        Tokenizer tokenizer,
        IReadOnlyDictionary<string, NodeMetadata> outputs,
        params string[] outputNames)
    {
        if (configuration.VocabularySize is { } size && tokenizer.VocabularySize > size)
        {
            throw new RelevanceScoringException(
                $"'{folder.TokenizerFile}' has {tokenizer.VocabularySize} tokens, but the model in '{folder.Path}' knows {size} (vocab_size of config.json). "
                + $"Expected the tokenizer that belongs to the model. Check {folder.Options.ModelSetting}.");
        }

        return new ModelProfile
        {
            Folder = folder,
            MaxTokens = ResolveMaxTokens(folder, configuration),
            FirstPosition = configuration.FirstPosition,
            PadTokenId = configuration.PadTokenId ?? tokenizer.PadTokenId ?? 0,
            Output = ModelOutput.Resolve(folder, outputs, outputNames, configuration, tokenizer.VocabularySize),
        };
    }

    /// <summary>Resolves the longest input: what the settings ask for, within what the files say.</summary>
    /// <exception cref="RelevanceScoringException">Neither says it, or the settings ask for more than the model reads.</exception>
    public static int ResolveMaxTokens(ModelFolder folder, ModelConfiguration configuration)
    {
        string setting = $"{folder.Options.SettingsPath}:{nameof(OnnxModelOptions.MaxInputTokens)}";
        if (configuration.MaxTokens < MinTokens)
        {
            throw new RelevanceScoringException(
                $"'{folder.ConfigFile}' or tokenizer_config.json says that model '{folder.ModelId}' reads {configuration.MaxTokens} tokens at most; "
                + $"expected {MinTokens} or more. Check {folder.Options.ModelSetting}.");
        }

        if (folder.Options.MaxInputTokens is not { } wanted)
        {
            return configuration.MaxTokens ?? throw new RelevanceScoringException(
                $"Neither max_position_embeddings in '{folder.ConfigFile}' nor model_max_length in tokenizer_config.json is there. "
                + $"Expected the longest input of the model. Set {setting}.");
        }

        return configuration.MaxTokens is { } limit && wanted > limit
            ? throw new RelevanceScoringException(
                $"{setting} is {wanted}, but model '{folder.ModelId}' reads {limit} tokens at most. Set it to {limit} or less, or remove it.")
            : wanted;
    }
}
