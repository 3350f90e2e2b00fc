namespace Reranking.Onnx;

/// <summary>A prompt over the tokenizer of a model: what is fixed is encoded once, and what is cut is the document, from its end.</summary>
internal sealed class PromptPairFormat : PairFormat
{
    // The least that a prompt has to leave to the query and the document.
    private const int MinContent = 8;

    private readonly Prompt _prompt;
    private readonly int[] _before;
    private readonly int[] _between;
    private readonly int[] _after;
    private readonly PromptText _instruction;
    private readonly PromptText _query;
    private readonly PromptText _document;

    public PromptPairFormat(OnnxModel model, Prompt prompt)
        : base(model)
    {
        _prompt = prompt;
        _before = Encode(prompt.Before);
        _between = Encode(prompt.Between);
        _after = [.. prompt.After.SelectMany(Encode)];
        _instruction = new PromptText(prompt.InstructionBeforeQuery);
        _query = new PromptText(prompt.Query);
        _document = new PromptText(prompt.Document);
        model.LimitMaxTokens(prompt.MaxTokens + (prompt.IsMaxTokensOfContent ? _before.Length + _after.Length : 0));
        if (Content < MinContent + _between.Length)
        {
            string settings = model.Folder.Options.SettingsPath;
            throw new RelevanceScoringException(
                $"Model '{model.Folder.ModelId}' reads {model.MaxTokens} tokens at most, of which the prompt takes {FixedTokenCount}; expected at least {MinContent} more for the query and the document. Check {settings}:{nameof(OnnxModelOptions.MaxInputTokens)} and {settings}:{nameof(OnnxScorerOptions.Prompt)}.");
        }
    }

    public override int FixedTokenCount => _before.Length + _between.Length + _after.Length;

    // What the query is cut to a part of, as in the reference, holds also what stands between it and the document.
    private int Content => Model.MaxTokens - _before.Length - _after.Length;

    // One more, to know of a text that just fits that it was read to its end.
    private int EncodingLimit => Content + 1;

    private int MaxQueryLength => Content * 3 / 4;

    public override EncodedText EncodeQuery(PairQuery query, TokenBuffer output)
    {
        query = WithInstruction(query);
        string instruction = string.IsNullOrEmpty(query.Instruction) ? "" : _instruction.Format(query);
        return Model.Tokenizer.Encode(instruction + _query.Format(query), EncodingLimit, output);
    }

    public override EncodedText EncodeDocument(PairQuery query, string document, TokenBuffer output) =>
        Model.Tokenizer.Encode(_document.Format(WithInstruction(query), document), EncodingLimit, output);

    public override PairFit Fit(EncodedText query, EncodedText document)
    {
        int queryLength = Math.Min(query.Count, MaxQueryLength);
        return new PairFit(queryLength, Math.Min(document.Count, Content - _between.Length - queryLength), IsQueryTooLong: false);
    }

    public override int RoomForDocument(PairQuery query)
    {
        var scratch = new TokenBuffer();
        int queryLength = EncodeQuery(query, scratch).Count;
        return queryLength > MaxQueryLength ? 0 : Content - _between.Length - queryLength - EncodeDocument(query, "", scratch).Count;
    }

    public override void Write(ReadOnlySpan<int> query, ReadOnlySpan<int> document, Span<long> ids, Span<long> typeIds)
    {
        typeIds.Clear();
        Append(_before, ref ids);
        Append(query, ref ids);
        Append(_between, ref ids);
        Append(document, ref ids);
        Append(_after, ref ids);
    }

    private static void Append(ReadOnlySpan<int> source, ref Span<long> ids)
    {
        for (int i = 0; i < source.Length; i++)
        {
            ids[i] = source[i];
        }

        ids = ids[source.Length..];
    }

    private PairQuery WithInstruction(PairQuery query) => query with { Instruction = query.Instruction ?? _prompt.Instruction };

    private int[] Encode(string text)
    {
        var ids = new TokenBuffer();
        _ = Model.Tokenizer.Encode(text, int.MaxValue, ids);
        return ids.Ids.ToArray();
    }
}
