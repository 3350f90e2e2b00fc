namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>HuggingFace's <c>ByteLevel</c>: splits as GPT-2 does, if at all, and leaves the rest to a model that reads bytes.</summary>
internal sealed class ByteLevelPreTokenizer(bool addsPrefixSpace, bool splits) : PreTokenizer
{
    public override bool GivesBytes => true;

    public static ByteLevelPreTokenizer Read(ComponentJson json) =>
        new(json.GetBoolean("add_prefix_space"), json.GetOptionalBoolean("use_regex") ?? true);

    public override string? PrefixOf(ReadOnlySpan<char> text, bool isStart) => addsPrefixSpace && text[0] != ' ' ? " " : null;

    public override bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink, TokenizerScratch scratch)
    {
        if (text.IsEmpty || PrefixOf(text, isStart) is not { } prefix)
        {
            return SplitPrefixed(text, isStart, sink);
        }

        CharBuffer prefixed = scratch.RentBuffer();
        prefixed.Append(prefix);
        prefixed.Append(text);
        bool wantsMore = SplitPrefixed(prefixed.Span, isStart, sink);
        scratch.ReturnBuffer(prefixed);
        return wantsMore;
    }

    // A part that starts with another white space would get a space of its own.
    public override bool SplitsAt(TextCut cut) =>
        splits && (cut.After == ' ' || !addsPrefixSpace) && SplitPattern.Gpt2.SplitsAt(cut);

    public override int SettledLength(ReadOnlySpan<char> start) => splits ? SplitPattern.SettledLength(start) : start.Length;

    private bool SplitPrefixed(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink) =>
        splits ? SplitPattern.Gpt2.Split(text, isStart, sink) : sink.Accept(text, isStart);
}
