namespace Reranking.Onnx;

/// <summary>The ways that logits become a score, and which of them a model needs.</summary>
internal static class LogitReaders
{
    private const string IsCausal = "gives a logit for each token of its vocabulary: it is a language model, and reads a prompt that it was trained with";

    /// <summary>Finds what the logits of a model mean.</summary>
    /// <exception cref="RelevanceScoringException">They are not those of a reranker, or the settings leave open which of them is the score.</exception>
    public static LogitReader Choose(OnnxModel model, OnnxScorerOptions options, Prompt? prompt)
    {
        if (model.GivesLogitsOfTokens)
        {
            return prompt is null ? throw NeedsPrompt(model, IsCausal) : YesNo(model, options, prompt);
        }

        if (model.GivesVectors)
        {
            throw new RelevanceScoringException(
                $"Model '{model.Folder.ModelId}' gives {model.OutputWidth} numbers a token; a reranker gives 1 a document. Set {options.SettingsPath}:{nameof(options.ModelPath)} to a cross-encoder for relevance.");
        }

        if (prompt is null && model.Tokenizer.PairSpecialTokenCount == 0)
        {
            throw NeedsPrompt(model, "has a tokenizer that puts nothing between query and document: it reads a prompt that it was trained with");
        }

        int count = model.OutputWidth > 0 ? model.OutputWidth : Math.Max(1, model.Configuration.Labels.Count);
        LogitReader reader = count == 1 ? Only(model, options) : Label(FindLabel(model, options, count));
        model.SettleOutputWidth(count);
        return reader;
    }

    /// <summary>The log-odds of a label against all the others, whose sigmoid is its softmax.</summary>
    public static LogitReader Label(int label) => logits =>
    {
        double highest = double.NegativeInfinity;
        for (int i = 0; i < logits.Length; i++)
        {
            highest = i == label ? highest : Math.Max(highest, logits[i]);
        }

        double sum = 0;
        for (int i = 0; i < logits.Length; i++)
        {
            sum += i == label ? 0 : Math.Exp(logits[i] - highest);
        }

        return logits[label] - (highest + Math.Log(sum));
    };

    private static LogitReader Only(OnnxModel model, OnnxScorerOptions options) => options.Label is null
        ? static logits => logits[0]
        : throw new RelevanceScoringException(
            $"{options.SettingsPath}:{nameof(options.Label)} is {options.Label}, but model '{model.Folder.ModelId}' gives one logit, which is the score. Remove it.");

    private static LogitReader YesNo(OnnxModel model, OnnxScorerOptions options, Prompt prompt)
    {
        int yes = FindAnswer(model, options, nameof(options.YesToken), prompt.YesToken);
        int no = FindAnswer(model, options, nameof(options.NoToken), prompt.NoToken);
        return options.Label is null
            ? logits => (double)logits[yes] - logits[no]
            : throw new RelevanceScoringException(
                $"{options.SettingsPath}:{nameof(options.Label)} is {options.Label}, but model '{model.Folder.ModelId}' gives logits of tokens and has no labels. Remove it, or set {options.SettingsPath}:{nameof(options.YesToken)} and {nameof(options.NoToken)}.");
    }

    private static int FindAnswer(OnnxModel model, OnnxScorerOptions options, string setting, string token)
    {
        var ids = new TokenBuffer();
        _ = model.Tokenizer.Encode(token, int.MaxValue, ids);
        return ids.Count == 1
            ? ids.Ids[0]
            : throw new RelevanceScoringException(
                $"'{token}' is {ids.Count} tokens to model '{model.Folder.ModelId}'; expected 1, the first of its answer. Set {options.SettingsPath}:{setting}.");
    }

    private static int FindLabel(OnnxModel model, OnnxScorerOptions options, int count)
    {
        IReadOnlyList<string> labels = model.Configuration.Labels.Count == count ? model.Configuration.Labels : [];
        string names = labels.Count > 0 ? $": {string.Join(", ", labels)}" : "";
        string found = $"Model '{model.Folder.ModelId}' gives {count} labels{names}";
        if (options.Label is not { } wanted)
        {
            throw new RelevanceScoringException(
                $"{found}; a reranker gives 1. Set {options.SettingsPath}:{nameof(options.ModelPath)} to a cross-encoder for relevance, or {options.SettingsPath}:{nameof(options.Label)} to the label whose probability is the score.");
        }

        // Exactly first: a model may have labels that differ in case alone, or that are called by numbers.
        int label = Find(StringComparison.Ordinal);
        label = label < 0 ? Find(StringComparison.OrdinalIgnoreCase) : label;
        return label >= 0 || (int.TryParse(wanted, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out label) && label < count)
            ? label
            : throw new RelevanceScoringException($"{found}, and {options.SettingsPath}:{nameof(options.Label)} is {wanted}. Set it to one of them, or to an index from 0 to {count - 1}.");

        int Find(StringComparison comparison) => labels.ToList().FindIndex(name => name.Equals(wanted, comparison));
    }

    private static RelevanceScoringException NeedsPrompt(OnnxModel model, string finding) =>
        new($"Model '{model.Folder.ModelId}' {finding}. Set {model.Folder.Options.SettingsPath}:{nameof(OnnxScorerOptions.Prompt)} to {Prompts.Qwen3.Name}, to {Prompts.MxbaiV2.Name} or to a template.");
}
