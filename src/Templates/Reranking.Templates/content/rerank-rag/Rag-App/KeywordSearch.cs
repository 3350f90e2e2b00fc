using System.Text.RegularExpressions;
using Microsoft.SemanticKernel.Data;

namespace Rag_App;

/// <summary>Searches passages by their words (BM25), in memory.</summary>
internal sealed partial class KeywordSearch : ITextSearch<Passage>
{
    // The usual constants: how soon a repeated word counts no more, and how much a long passage is held back.
    private const double K1 = 1.2;
    private const double B = 0.75;

    private readonly Entry[] _entries;
    private readonly Dictionary<string, int> _passagesWith;
    private readonly double _averageLength;

    public KeywordSearch(IReadOnlyList<Passage> passages)
    {
        _entries = [.. passages.Select(passage => new Entry(passage, Words(passage.Text).CountBy(word => word).ToDictionary()))];
        _passagesWith = _entries.SelectMany(entry => entry.Counts.Keys).CountBy(word => word).ToDictionary();
        _averageLength = _entries.Average(entry => entry.Length);
    }

    public Task<KernelSearchResults<string>> SearchAsync(
        string query, TextSearchOptions<Passage>? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, passage => passage.Text);

    public Task<KernelSearchResults<TextSearchResult>> GetTextSearchResultsAsync(
        string query, TextSearchOptions<Passage>? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, passage => new TextSearchResult(passage.Text) { Name = passage.Title, Link = passage.File });

    public Task<KernelSearchResults<Passage>> GetSearchResultsAsync(
        string query, TextSearchOptions<Passage>? searchOptions = null, CancellationToken cancellationToken = default) =>
        FindAsync(query, searchOptions, passage => passage);

    private static IEnumerable<string> Words(string text) => Word().Matches(text).Select(match => match.Value.ToLowerInvariant());

    private Task<KernelSearchResults<T>> FindAsync<T>(string query, TextSearchOptions<Passage>? options, Func<Passage, T> select)
    {
        options ??= new TextSearchOptions<Passage>();
        Func<Passage, bool> filter = options.Filter?.Compile() ?? (_ => true);
        string[] words = [.. Words(query).Distinct()];
        IEnumerable<T> found = _entries
            .Where(entry => filter(entry.Passage))
            .Select(entry => (entry.Passage, Score: words.Sum(word => Weight(entry, word))))
            .Where(scored => scored.Score > 0)
            .OrderByDescending(scored => scored.Score)
            .Skip(options.Skip)
            .Take(options.Top)
            .Select(scored => select(scored.Passage));
        return Task.FromResult(new KernelSearchResults<T>(found.ToAsyncEnumerable()));
    }

    private double Weight(Entry entry, string word)
    {
        int count = entry.Counts.GetValueOrDefault(word);
        int passagesWith = _passagesWith.GetValueOrDefault(word);
        double rarity = Math.Log(1 + ((_entries.Length - passagesWith + 0.5) / (passagesWith + 0.5)));
        return rarity * count * (K1 + 1) / (count + (K1 * (1 - B + (B * entry.Length / _averageLength))));
    }

    [GeneratedRegex(@"[\p{L}\p{M}\p{Nd}]+")]
    private static partial Regex Word();

    private sealed record Entry(Passage Passage, Dictionary<string, int> Counts)
    {
        public int Length { get; } = Counts.Values.Sum();
    }
}
