namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>HuggingFace's <c>Sequence</c> of pre-tokenizers: each splits what the one before it gives.</summary>
internal sealed class PreTokenizerSequence : PreTokenizer
{
    private readonly PreTokenizer[] _preTokenizers;

    private PreTokenizerSequence(PreTokenizer[] preTokenizers) => _preTokenizers = preTokenizers;

    public override IReadOnlyList<PreTokenizer> Stages => _preTokenizers;

    public override bool GivesBytes => _preTokenizers[^1].GivesBytes;

    public static PreTokenizer Read(ComponentJson json)
    {
        PreTokenizer[] preTokenizers = [.. json.GetComponents("pretokenizers", json.Kind).Select(TokenizerComponents.PreTokenizers.Read)];
        if (preTokenizers.SkipLast(1).Any(preTokenizer => preTokenizer.GivesBytes))
        {
            throw json.Unusable($"has a {json.Kind} after its ByteLevel; expected ByteLevel at the end");
        }

        return preTokenizers.Length switch
        {
            0 => new WholeTextPreTokenizer(),
            1 => preTokenizers[0],
            _ => new PreTokenizerSequence(preTokenizers),
        };
    }

    public override bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink, TokenizerScratch scratch)
    {
        PreTokenSink next = sink;
        for (int i = _preTokenizers.Length - 1; i > 0; i--)
        {
            PreTokenStage stage = scratch.RentStage();
            stage.Begin(_preTokenizers[i], next, scratch);
            next = stage;
        }

        bool wantsMore = _preTokenizers[0].Split(text, isStart, next, scratch);
        while (next != sink && next is PreTokenStage stage)
        {
            next = stage.Next;
            scratch.ReturnStage(stage);
        }

        return wantsMore;
    }

    // Where the first splits, what comes after it never sees both sides.
    public override bool SplitsAt(TextCut cut) => _preTokenizers[0].SplitsAt(cut);

    // What suits one has to suit the others at its end too.
    public override int SettledLength(ReadOnlySpan<char> start)
    {
        int length;
        do
        {
            length = start.Length;
            foreach (PreTokenizer preTokenizer in _preTokenizers)
            {
                start = start[..preTokenizer.SettledLength(start)];
            }
        }
        while (start.Length < length);
        return length;
    }
}
