using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Models;

/// <summary>Resolves the profile of a cross-encoder: how it reads a pair, and which of its logits are the score.</summary>
/// <param name="options">The settings of the scorer.</param>
/// <param name="folder">The files.</param>
/// <param name="configuration">What the files say.</param>
/// <param name="tokenizer">The tokenizer of the folder.</param>
internal sealed class CrossEncoderProfile(OnnxScorerOptions options, ModelFolder folder, ModelConfiguration configuration, Tokenizer tokenizer)
{
    private const string IsCausal =
        "returns a logit for each token of its vocabulary: it is a language model, and reads a prompt that it was trained with";

    private static readonly string[] KnownActivations =
        ["torch.nn.modules.linear.Identity", "torch.nn.modules.activation.Sigmoid", "Identity", "Sigmoid"];

    private static readonly string[] HiddenStates = ["last_hidden_state", "token_embeddings"];

    private readonly string _settings = options.SettingsPath;

    /// <exception cref="RelevanceScoringException">The model is not a reranker, or the settings do not fit it.</exception>
    public ModelProfile Resolve(IReadOnlyDictionary<string, NodeMetadata> outputs)
    {
        // With a head beside it, logits of the graph are of a layer that nobody trained, unless the settings say that they are the head's.
        bool hasHead = configuration.HasHead && (options.Output is null || HiddenStates.Contains(options.Output));
        ModelProfile profile = ModelProfile.Resolve(folder, configuration, tokenizer, outputs, hasHead ? HiddenStates : ["logits"]) with
        {
            QueryPrompt = configuration.QueryPrompt,
        };
        CheckActivation();
        if (hasHead)
        {
            return WithHead(profile);
        }

        Prompt? prompt = PromptCatalog.Choose(options, folder, configuration);
        profile = profile.Output.IsTokenLogits ? WithAnswers(profile, prompt) : WithLabel(profile, prompt);
        CheckPrompt(prompt);
        if (prompt is null)
        {
            return profile;
        }

        TokenizedPrompt tokenized = TokenizedPrompt.Create(prompt, tokenizer);
        return profile with { Prompt = tokenized, MaxTokens = tokenized.ResolveMaxTokens(folder, profile.MaxTokens), PadsLeft = true };
    }

    private ModelProfile WithHead(ModelProfile profile)
    {
        ModularHead head = ModularHeadReader.Read(folder, configuration.QueryPrompt.Length > 0);
        int width = profile.Output.Width > 0 ? profile.Output.Width : configuration.HiddenSize ?? head.HiddenSize;
        if (!HiddenStates.Contains(profile.Output.Name) || profile.Output is not { Rank: 3, HasOnePosition: false, IsTokenLogits: false })
        {
            throw new RelevanceScoringException(
                $"'{folder.ModulesFile}' says that the model has a head beside its graph, but '{folder.ModelFile}' returns {profile.Output.Name} of "
                + $"{profile.Output.Rank} dimensions; expected {HiddenStates[0]} of 3. Check {options.ModelSetting}, "
                + $"or set {_settings}:{nameof(options.Output)} to it if the graph has the head in it.");
        }

        if (width != head.HiddenSize)
        {
            throw new RelevanceScoringException(
                $"'{folder.ModelFile}' returns {width} numbers per token, but the head in '{folder.ModulesFile}' reads {head.HiddenSize}; expected as many. "
                + $"Check {options.ModelSetting}.");
        }

        CheckPrompt(prompt: null);
        return profile with
        {
            Output = profile.Output with { Width = width },
            Head = head,
            RelevanceLogits = new RelevanceLogits(head.LabelCount == 1 ? FindOnlyLabel() : FindLabel(head.LabelCount)),
        };
    }

    private ModelProfile WithAnswers(ModelProfile profile, Prompt? prompt)
    {
        if (prompt is null)
        {
            throw NeedsPrompt(IsCausal);
        }

        int yes = FindAnswer(nameof(options.YesToken), prompt.YesToken);
        int no = FindAnswer(nameof(options.NoToken), prompt.NoToken);
        return options.Label is null
            ? profile with { RelevanceLogits = new RelevanceLogits(yes, no) }
            : throw new RelevanceScoringException(
                $"{_settings}:{nameof(options.Label)} is {options.Label}, but model '{folder.ModelId}' returns logits of tokens and has no labels. "
                + $"Remove it, or set {_settings}:{nameof(options.YesToken)} and {nameof(options.NoToken)}.");
    }

    private ModelProfile WithLabel(ModelProfile profile, Prompt? prompt)
    {
        if (profile.Output.IsTokenVectors)
        {
            throw new RelevanceScoringException(
                $"Model '{folder.ModelId}' returns {profile.Output.Width} numbers per token; a reranker returns 1 per document. "
                + $"Set {options.ModelSetting} to a cross-encoder for relevance, or one with the files of its head: modules.json, "
                + "config_sentence_transformers.json that says CrossEncoder, and what they name.");
        }

        if (prompt is null && tokenizer.Pair.SpecialTokenCount == 0)
        {
            throw NeedsPrompt("has a tokenizer that puts nothing between query and document: it reads a prompt that it was trained with");
        }

        int count = profile.Output.Width > 0 ? profile.Output.Width : Math.Max(1, configuration.Labels.Count);
        if (prompt is not null && count == 2 && options.Label is null)
        {
            return profile with { RelevanceLogits = FindAnswers(prompt), Output = profile.Output with { Width = count } };
        }

        return profile with
        {
            RelevanceLogits = new RelevanceLogits(count == 1 ? FindOnlyLabel() : FindLabel(count)),
            Output = profile.Output with { Width = count },
        };
    }

    // Of a language model that was cut down to its two answers: where the files do not name them, "no" is the first, as in all published conversions.
    private RelevanceLogits FindAnswers(Prompt prompt)
    {
        IReadOnlyList<string> answers = configuration.AnswerTokens.Count == 2 ? configuration.AnswerTokens : configuration.Labels;
        bool isReversed = answers is [var first, var second] && Is(first, prompt.YesToken) && Is(second, prompt.NoToken);
        return isReversed ? new RelevanceLogits(0, 1) : new RelevanceLogits(1, 0);

        static bool Is(string answer, string token) => answer.Trim().Equals(token.Trim(), StringComparison.OrdinalIgnoreCase);
    }

    private int FindOnlyLabel() => options.Label is null
        ? 0
        : throw new RelevanceScoringException(
            $"{_settings}:{nameof(options.Label)} is {options.Label}, but model '{folder.ModelId}' returns one logit, which is the score. Remove it.");

    private int FindLabel(int count)
    {
        List<string> labels = configuration.Labels.Count == count ? [.. configuration.Labels] : [];
        string names = labels.Count > 0 ? $": {string.Join(", ", labels)}" : "";
        string found = $"Model '{folder.ModelId}' returns {count} labels{names}";
        if (options.Label is not { } wanted)
        {
            throw new RelevanceScoringException(
                $"{found}; a reranker returns 1. Set {options.ModelSetting} to a cross-encoder for relevance, "
                + $"or {_settings}:{nameof(options.Label)} to the label whose probability is the score.");
        }

        // Exactly first: a model may have labels that differ only by case, or that are called by numbers.
        int label = Find(StringComparison.Ordinal);
        label = label < 0 ? Find(StringComparison.OrdinalIgnoreCase) : label;
        return label >= 0 || (int.TryParse(wanted, NumberStyles.None, CultureInfo.InvariantCulture, out label) && label < count)
            ? label
            : throw new RelevanceScoringException(
                $"{found}, and {_settings}:{nameof(options.Label)} is {wanted}. Set it to one of them, or to an index from 0 to {count - 1}.");

        int Find(StringComparison comparison) => labels.FindIndex(name => name.Equals(wanted, comparison));
    }

    private int FindAnswer(string setting, string token)
    {
        var ids = new TokenBuffer();
        _ = tokenizer.Encode(token, int.MaxValue, ids);
        return ids.Count == 1
            ? ids.Ids[0]
            : throw new RelevanceScoringException(
                $"'{token}' is {ids.Count} tokens to model '{folder.ModelId}'; expected 1, the first of its answer. Set {_settings}:{setting}.");
    }

    private void CheckPrompt(Prompt? prompt)
    {
        string setting = $"{_settings}:{nameof(options.Prompt)}";
        if (options.Instruction is not null && prompt is not { HasInstruction: true })
        {
            throw new RelevanceScoringException(
                $"{_settings}:{nameof(options.Instruction)} is set, but model '{folder.ModelId}' reads no prompt, or one without an instruction. "
                + $"Remove it, or set {setting}.");
        }

        if (prompt?.ControlToken is { } token && tokenizer.FindId(token) is null)
        {
            throw new RelevanceScoringException(
                $"{setting} is {prompt.Name}, but the tokenizer of model '{folder.ModelId}' has no token {token}. "
                + "Set it to the prompt that the model was trained with, or remove it.");
        }

        if (prompt?.ModelType is { } expected && configuration.ModelType is { } type && type != expected)
        {
            throw new RelevanceScoringException(
                $"{setting} is {prompt.Name}, the prompt of {expected} models, but '{folder.ConfigFile}' says {type}. "
                + "Set it to the prompt that the model was trained with.");
        }
    }

    private void CheckActivation()
    {
        if (configuration.Activation is { } activation && !KnownActivations.Contains(activation))
        {
            throw new RelevanceScoringException(
                $"'{folder.ConfigFile}' names the activation {activation}; expected {KnownActivations[0]} or {KnownActivations[1]}. "
                + $"Check {options.ModelSetting}.");
        }
    }

    private RelevanceScoringException NeedsPrompt(string finding) => new(
        $"Model '{folder.ModelId}' {finding}. "
        + $"Set {_settings}:{nameof(options.Prompt)} to {PromptCatalog.Qwen3.Name}, to {PromptCatalog.MxbaiV2.Name} or to a template.");
}
