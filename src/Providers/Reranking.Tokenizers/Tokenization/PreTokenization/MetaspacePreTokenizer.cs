namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>HuggingFace's <c>Metaspace</c>: each space becomes a visible mark that starts a pre-token, and one may be put before the text.</summary>
internal sealed class MetaspacePreTokenizer : PreTokenizer
{
    private readonly char _mark;
    private readonly string _prefix;
    private readonly bool _splits;
    private readonly bool _prepends;
    private readonly bool _prependsToStart;

    private MetaspacePreTokenizer(char mark, bool splits, bool prepends, bool prependsToStart)
    {
        _mark = mark;
        _prefix = mark.ToString();
        _splits = splits;
        _prepends = prepends;
        _prependsToStart = prependsToStart;
    }

    public static MetaspacePreTokenizer Read(ComponentJson json)
    {
        const string Always = "always";
        string mark = json.GetString("replacement");
        string scheme = json.FindString("prepend_scheme") ?? Always;
        if (mark.Length != 1)
        {
            throw json.Unusable($"has the replacement '{mark}' in the Metaspace of its {json.Kind}; expected one character");
        }

        if (json.GetOptionalBoolean("add_prefix_space") == false && scheme != "never")
        {
            throw json.Unusable($"has a Metaspace in its {json.Kind} without add_prefix_space and with the prepend_scheme '{scheme}'; expected never");
        }

        return scheme is Always or "first" or "never"
            ? new MetaspacePreTokenizer(mark[0], json.GetOptionalBoolean("split") ?? true, scheme == Always, scheme == "first")
            : throw json.Unusable($"has the prepend_scheme '{scheme}' in the Metaspace of its {json.Kind}; expected always, first or never");
    }

    public override string? PrefixOf(ReadOnlySpan<char> text, bool isStart) =>
        (_prepends || (_prependsToStart && isStart)) && text[0] != ' ' && text[0] != _mark ? _prefix : null;

    public override bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink, TokenizerScratch scratch)
    {
        CharBuffer buffer = scratch.RentBuffer();
        if (!text.IsEmpty && PrefixOf(text, isStart) is { } prefix)
        {
            buffer.Append(prefix);
        }

        buffer.Append(text);
        buffer.Replace(' ', _mark);
        bool wantsMore = _splits ? SplitAtMarks(buffer.Span, isStart, sink) : sink.Accept(buffer.Span, isStart);
        scratch.ReturnBuffer(buffer);
        return wantsMore;
    }

    // What starts with a space gets no mark of its own.
    public override bool SplitsAt(TextCut cut) => _splits && cut.After == ' ';

    public override int SettledLength(ReadOnlySpan<char> start) => start.Length;

    private bool SplitAtMarks(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink)
    {
        while (!text.IsEmpty)
        {
            int next = text[1..].IndexOf(_mark);
            int end = next < 0 ? text.Length : next + 1;
            if (!sink.Accept(text[..end], isStart))
            {
                return false;
            }

            isStart = false;
            text = text[end..];
        }

        return true;
    }
}
