using System.Globalization;
using System.Text;

namespace Reranking.Prompting;

/// <summary>The words of a passage, without regard to case and white space, to tell duplicates by.</summary>
internal sealed class PassageWords
{
    private readonly List<string> _words = [];
    private readonly HashSet<(string, string, string)> _shingles = [];

    public PassageWords(string text)
    {
        var word = new StringBuilder();
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (IsOfAWord(rune))
            {
                word.Append(Rune.ToLowerInvariant(rune));
                continue;
            }

            EndWord(word);
            if (!Rune.IsWhiteSpace(rune) && Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format))
            {
                _words.Add(rune.ToString());   // a word of its own: "$5" is not "€5", and scripts without spaces have no others
            }
        }

        EndWord(word);
        for (int i = 0; i < Math.Max(1, _words.Count - 2); i++)
        {
            _shingles.Add((WordAt(i), WordAt(i + 1), WordAt(i + 2)));
        }
    }

    public bool IsSameAs(PassageWords other) => _words.SequenceEqual(other._words);

    /// <summary>Returns the share of the runs of three words that both have, among those that either has.</summary>
    public double Similarity(PassageWords other)
    {
        int common = _shingles.Count(other._shingles.Contains);
        return common / (double)(_shingles.Count + other._shingles.Count - common);
    }

    private static bool IsOfAWord(Rune rune) =>
        rune.Value is not (>= 0x2E80 and < 0xA000 or >= 0xF900 and < 0xFB00 or >= 0x20000 and < 0x32000)   // Chinese and Japanese
        && (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark);

    private void EndWord(StringBuilder word)
    {
        if (word.Length > 0)
        {
            _words.Add(word.ToString());
            word.Clear();
        }
    }

    private string WordAt(int index) => index < _words.Count ? _words[index] : "";
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
