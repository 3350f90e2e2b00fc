using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>Splits at the code points of a class: HuggingFace's <c>WhitespaceSplit</c>, <c>Punctuation</c> and <c>Digits</c>.</summary>
internal sealed class DelimiterPreTokenizer(CodePointClasses delimiters, DelimiterBehavior behavior) : PreTokenizer
{
    public static DelimiterPreTokenizer ReadDigits(ComponentJson json) =>
        new(CodePointClasses.Digit, json.GetBoolean("individual_digits") ? DelimiterBehavior.Isolated : DelimiterBehavior.Contiguous);

    public static DelimiterPreTokenizer ReadPunctuation(ComponentJson json)
    {
        string name = json.FindString("behavior") ?? nameof(DelimiterBehavior.Isolated);
        foreach (DelimiterBehavior behavior in Enum.GetValues<DelimiterBehavior>())
        {
            if (behavior.ToString() == name)
            {
                return new DelimiterPreTokenizer(CodePointClasses.Punctuation, behavior);
            }
        }

        string supported = string.Join(", ", Enum.GetNames<DelimiterBehavior>());
        throw json.Unusable($"has a Punctuation in its {json.Kind} with the behavior '{name}'; supported are {supported}");
    }

    public override bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink, TokenizerScratch scratch)
    {
        int start = 0;
        bool followsDelimiter = false;
        for (int i = 0; i < text.Length;)
        {
            bool isDelimiter = CodePoints.Is(CodePoints.Decode(text, i, out int length), delimiters);
            if (i > 0 && EndsBefore(isDelimiter, followsDelimiter))
            {
                if (!Accept(text[start..i], followsDelimiter, isStart && start == 0, sink))
                {
                    return false;
                }

                start = i;
            }

            followsDelimiter = isDelimiter;
            i += length;
        }

        return Accept(text[start..], followsDelimiter, isStart && start == 0, sink);
    }

    public override bool SplitsAt(TextCut cut) =>
        behavior is DelimiterBehavior.Removed or DelimiterBehavior.Isolated && CodePoints.Is(cut.After, delimiters);

    public override int SettledLength(ReadOnlySpan<char> start) => start.Length;

    private bool EndsBefore(bool isDelimiter, bool followsDelimiter) => behavior switch
    {
        DelimiterBehavior.Contiguous => isDelimiter != followsDelimiter,
        DelimiterBehavior.MergedWithPrevious => followsDelimiter,
        DelimiterBehavior.MergedWithNext => isDelimiter,
        _ => isDelimiter || followsDelimiter,
    };

    private bool Accept(ReadOnlySpan<char> preToken, bool isDelimiter, bool isStart, PreTokenSink sink) =>
        (isDelimiter && behavior == DelimiterBehavior.Removed) || sink.Accept(preToken, isStart);
}
