namespace Reranking.Tokenizers.Tokenization.PreTokenization;

/// <summary>HuggingFace's <c>Split</c>, for the regexes that are known: each match is a pre-token.</summary>
internal sealed class SplitPreTokenizer(SplitPattern pattern) : PreTokenizer
{
    private static readonly SplitPattern[] Known = [SplitPattern.Gpt2, SplitPattern.Qwen2];

    public static SplitPreTokenizer Read(ComponentJson json)
    {
        string behavior = json.GetString("behavior");
        if (behavior != "Isolated" || json.GetBoolean("invert"))
        {
            throw json.Unusable($"has a Split in its {json.Kind} with the behavior '{behavior}'; expected 'Isolated' without invert");
        }

        string? regex = json.GetComponent("pattern").FindString("Regex");
        SplitPattern? pattern = Array.Find(Known, known => known.Regex == regex);
        string found = regex is null ? "of another kind" : $"'{regex}'";
        return pattern is not null
            ? new SplitPreTokenizer(pattern)
            : throw json.Unusable($"has a Split in its {json.Kind} with the pattern {found}; expected that of GPT-2 or Qwen 2");
    }

    public override bool Split(ReadOnlySpan<char> text, bool isStart, PreTokenSink sink, TokenizerScratch scratch) => pattern.Split(text, isStart, sink);

    public override bool SplitsAt(TextCut cut) => pattern.SplitsAt(cut);

    public override int SettledLength(ReadOnlySpan<char> start) => SplitPattern.SettledLength(start);
}
