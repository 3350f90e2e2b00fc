using System.Globalization;
using Reranking.Prompting;

namespace Reranking;

/// <summary>Packs ranked passages into the token budget of a prompt.</summary>
/// <remarks>
/// <para>
/// Passages are tried by rank. One that fits is kept; one that does not is left out, and shorter ones after it may still fit. Passages with the same text
/// become one that cites all sources, near-duplicates are left out, and kept chunks that are consecutive in a document are merged without repeating their
/// overlap. Texts count as the same if they differ only in case, whitespace and ornamental punctuation.
/// </para>
/// <para>
/// The text never has more tokens than the budget. Because the number of tokens of a joined text is not the sum of those of its parts, each trial writes and
/// counts the whole text. This means one count of the text so far per passage, so pass a ranking rather than a whole index.
/// </para>
/// <para>Thread-safe if the counter and the format are, and cheap to create: create one for each budget.</para>
/// </remarks>
public sealed class ContextPacker
{
    private readonly Func<string, int> _countTokens;
    private readonly ContextPackerOptions _options;
    private readonly string _separator;
    private readonly int _preambleTokenCount;

    /// <summary>Initializes a new instance of the <see cref="ContextPacker"/> class.</summary>
    /// <param name="countTokens">Counts tokens as the chat model does, for example <c>tokenizer.CountTokens</c> of Microsoft.ML.Tokenizers.</param>
    /// <param name="options">The options, or <see langword="null"/> for the defaults. They are copied.</param>
    /// <exception cref="ArgumentNullException"><paramref name="countTokens"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or the preamble alone has more tokens than the budget.</exception>
    public ContextPacker(Func<string, int> countTokens, ContextPackerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(countTokens);
        _countTokens = countTokens;
        _options = options?.Clone() ?? new ContextPackerOptions();
        _preambleTokenCount = _options.Preamble is null ? 0 : countTokens(_options.Preamble);
        if (FindFault() is { } fault)
        {
            throw new ArgumentException(fault, nameof(options));
        }

        _separator = _options.Format is null ? OnLinesOfItsOwn(_options.Separator) : _options.Separator;
    }

    /// <summary>Packs the candidates of a ranking.</summary>
    /// <typeparam name="T">The type of the candidates.</typeparam>
    /// <param name="ranking">The ranking, most relevant first.</param>
    /// <param name="passageSelector">Returns the passage of a candidate.</param>
    /// <returns>The text, and what happened to each candidate, by its position in the ranking.</returns>
    /// <exception cref="ArgumentNullException">An argument, or a passage, is <see langword="null"/>.</exception>
    public PackedContext Pack<T>(IReadOnlyList<RankedCandidate<T>> ranking, Func<T, ContextPassage> passageSelector)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(passageSelector);
        return Pack([.. ranking.Select(ranked => passageSelector(ranked.Candidate))]);
    }

    /// <summary>Packs passages.</summary>
    /// <param name="passages">The passages, most relevant first.</param>
    /// <returns>The text, and what happened to each passage, by its position.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="passages"/>, or one of them, is <see langword="null"/>.</exception>
    public PackedContext Pack(IReadOnlyList<ContextPassage> passages)
    {
        ArgumentNullException.ThrowIfNull(passages);
        List<KeptPassage> kept = [];
        List<DroppedPassage> dropped = [];
        var packed = new PackedContext(_options.Preamble, _preambleTokenCount, [], dropped);
        for (int i = 0; i < passages.Count; i++)
        {
            ContextPassage passage = passages[i];
            ArgumentNullException.ThrowIfNull(passage, nameof(passages));
            if (string.IsNullOrWhiteSpace(passage.Text))
            {
                dropped.Add(new DroppedPassage(i, PassageDropReason.Blank));
                continue;
            }

            var words = new PassageWords(passage.Text);
            int same = kept.FindIndex(other => other.Words.IsSameAs(words));
            if (same < 0 && _options.NearDuplicateThreshold is { } threshold && kept.Exists(other => other.Words.IsNearDuplicateOf(words, threshold)))
            {
                dropped.Add(new DroppedPassage(i, PassageDropReason.NearDuplicate));
                continue;
            }

            List<KeptPassage> trial = [.. kept];
            if (same < 0)
            {
                trial.Add(new KeptPassage(passage, words, [(i, passage)]));
            }
            else
            {
                trial[same] = trial[same].With(i, passage);
            }

            PackedContext candidate = Write(trial, dropped);
            if (candidate.TokenCount <= _options.TokenBudget)
            {
                (kept, packed) = (trial, candidate);
            }
            else
            {
                dropped.Add(new DroppedPassage(i, same < 0 ? PassageDropReason.OverBudget : PassageDropReason.Duplicate));
            }
        }

        return packed;
    }

    private static PackedPassage Merge(IReadOnlyList<KeptPassage> chunks, int citation)
    {
        (int Index, ContextPassage Passage)[] origins = [.. chunks.SelectMany(static chunk => chunk.Origins).OrderBy(static origin => origin.Index)];
        return new PackedPassage(
            citation,
            chunks.Select(static chunk => chunk.Text).Aggregate(NeighborChunks.Join),
            [.. origins.Select(static origin => origin.Passage).DistinctBy(static passage => (passage.Title, passage.Link, passage.SourceId))],
            [.. origins.Select(static origin => origin.Index)]);
    }

    private PackedContext Write(List<KeptPassage> kept, List<DroppedPassage> dropped)
    {
        PackedPassage[] passages = [.. NeighborChunks.Group(kept).Select((chunks, index) => Merge(chunks, _options.FirstCitation + index))];
        IEnumerable<PackedPassage> ordered = _options.Order == PassageOrder.BestFirst
            ? passages
            : passages.Where(static (_, rank) => rank % 2 == 0).Concat(passages.Where(static (_, rank) => rank % 2 == 1).Reverse());
        IEnumerable<string> parts = ordered.Select(_options.Format ?? CitationFormat.Write);
        string text = string.Join(_separator, _options.Preamble.Length == 0 ? parts : parts.Prepend(_options.Preamble));
        return new PackedContext(text, _countTokens(text), passages, dropped);
    }

    // A passage begins with a line, and that line is what tells it from the text of another.
    private static string OnLinesOfItsOwn(string separator) =>
        $"{(separator.StartsWith('\n') || separator.StartsWith("\r\n", StringComparison.Ordinal) ? "" : "\n")}{separator}"
        + (separator.Length == 0 || separator.EndsWith('\n') ? "" : "\n");

    private string? FindFault() =>
        _options.FirstCitation is < 1 or > ContextPackerOptions.LastFirstCitation
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{nameof(_options.FirstCitation)} is {_options.FirstCitation}; expected 1 to {ContextPackerOptions.LastFirstCitation}.")
        : _options.Preamble is null ? $"{nameof(_options.Preamble)} is null; expected a text, which may be empty."
        : _options.Separator is null ? $"{nameof(_options.Separator)} is null; expected a text, which may be empty."
        : _options.TokenBudget < 1 ? $"{nameof(_options.TokenBudget)} is {_options.TokenBudget}; expected 1 or more."
        : _options.NearDuplicateThreshold is not (null or > 0 and <= 1)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{nameof(_options.NearDuplicateThreshold)} is {_options.NearDuplicateThreshold}; expected more than 0 and at most 1, or none.")
        : !Enum.IsDefined(_options.Order)
            ? $"{nameof(_options.Order)} is {_options.Order}; expected {nameof(PassageOrder.BestFirst)} or {nameof(PassageOrder.BestFirstAndLast)}."
            : _preambleTokenCount > _options.TokenBudget
                ? $"{nameof(_options.Preamble)} has {_preambleTokenCount} tokens, and {nameof(_options.TokenBudget)} is {_options.TokenBudget}; " +
                    "expected room for passages. " +
                    "Raise the budget or shorten the preamble."
            : null;
}
