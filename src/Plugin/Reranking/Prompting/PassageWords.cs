namespace Reranking.Prompting;

/// <summary>The words of a passage, without regard to case, white space and ornamental punctuation, to tell duplicates by.</summary>
internal sealed class PassageWords
{
    private readonly List<PassageWord> _words;
    private readonly HashSet<(string, string, string)> _shingles = [];

    public PassageWords(string text)
    {
        _words = PassageWordReader.Read(text);
        for (int i = 0; i < Math.Max(1, _words.Count - 2); i++)
        {
            _shingles.Add((WordAt(i), WordAt(i + 1), WordAt(i + 2)));
        }
    }

    // Where nothing is capitalized, a name looks like any other word.
    private bool TellsNames => _words.Exists(static word => word.IsCapitalized);

    public bool IsSameAs(PassageWords other) => _words.Select(static word => word.Text).SequenceEqual(other._words.Select(static word => word.Text));

    /// <summary>
    /// Returns whether the passages share that much of their runs of three words, and what they do not share is ordinary words, so that they hold the same
    /// facts.
    /// </summary>
    public bool IsNearDuplicateOf(PassageWords other, double threshold) => Similarity(other) >= threshold && !DiffersInAFact(other);

    /// <summary>Returns the share of the runs of three words that both have, among those that either has.</summary>
    private double Similarity(PassageWords other)
    {
        int common = _shingles.Count(other._shingles.Contains);
        return common / (double)(_shingles.Count + other._shingles.Count - common);
    }

    private bool DiffersInAFact(PassageWords other)
    {
        if (WordDifference.Find(_words, other._words) is not var (ours, theirs))
        {
            return true;
        }

        bool anyWordCounts = !TellsNames || !other.TellsNames;
        return (anyWordCounts && ours.Count + theirs.Count > 0)
            || ours.Exists(i => IsFact(_words, i)) || theirs.Exists(i => IsFact(other._words, i))
            || ours.Exists(i => theirs.Exists(j => AreOpposites(_words[i].Text, other._words[j].Text)));
    }

    // What counts something stands beside the number: "5 euros", "30 days", "over 5".
    private static bool IsFact(List<PassageWord> words, int index) =>
        words[index].IsFact || (index > 0 && words[index - 1].IsNumber) || (index + 1 < words.Count && words[index + 1].IsNumber);

    // "included" and "excluded", "possible" and "impossible", "upload" and "download": only the beginning differs, and it is short.
    private static bool AreOpposites(string one, string two)
    {
        const int shortestStem = 4;
        const int longestPrefix = 4;
        int stem = 0;
        while (stem < Math.Min(one.Length, two.Length) && one[^(stem + 1)] == two[^(stem + 1)])
        {
            stem++;
        }

        return stem >= shortestStem && Math.Max(one.Length, two.Length) - stem <= longestPrefix;
    }

    private string WordAt(int index) => index < _words.Count ? _words[index].Text : "";
}

/// <summary>A passage that fits, with those of the same text.</summary>
/// <param name="Passage">The passage.</param>
/// <param name="Words">What it is compared by.</param>
/// <param name="Origins">It and those of the same text, by rank, each with its position in the list.</param>
internal sealed record KeptPassage(ContextPassage Passage, PassageWords Words, IReadOnlyList<(int Index, ContextPassage Passage)> Origins)
{
    public string Text { get; } = Passage.Text.Trim();

    public int Index => Origins[0].Index;

    public KeptPassage With(int index, ContextPassage passage) => this with { Origins = [.. Origins, (index, passage)] };
}
