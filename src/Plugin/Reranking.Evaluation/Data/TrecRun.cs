using System.Globalization;
using Reranking.Evaluation.Data;

namespace Reranking;

/// <summary>What a system found for each query, as in a TREC run file: <c>query Q0 document rank score tag</c>.</summary>
/// <remarks>
/// The order of the lines is the ranking. trec_eval ignores both it and the rank, and orders by score, in ties by document id descending; take
/// <see cref="InTrecEvalOrder"/> to have its numbers for a run where <see cref="ReorderedQueryCount"/> is not 0.
/// </remarks>
public sealed class TrecRun
{
    private const int ColumnCount = 6;

    /// <summary>Initializes a new instance of the <see cref="TrecRun"/> class.</summary>
    /// <param name="queries">The rankings by query id, the best document first.</param>
    /// <exception cref="ArgumentNullException"><paramref name="queries"/> is <see langword="null"/>.</exception>
    public TrecRun(IReadOnlyDictionary<string, IReadOnlyList<TrecRunEntry>> queries)
    {
        ArgumentNullException.ThrowIfNull(queries);
        Queries = queries;
    }

    /// <summary>Gets the rankings by query id, the best document first.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<TrecRunEntry>> Queries { get; }

    /// <summary>Gets how many queries trec_eval would order otherwise.</summary>
    public int ReorderedQueryCount => Queries.Values.Count(static entries => !Sort(entries).SequenceEqual(entries));

    /// <summary>Reads a run file.</summary>
    /// <param name="path">The file; one whose name ends in <c>.gz</c> is decompressed.</param>
    /// <returns>The run, in the order of the lines.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidDataException">The file is not a run; the message names the line.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static TrecRun Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Dictionary<string, List<TrecRunEntry>> queries = [];
        HashSet<(string Query, string Document)> seen = [];
        foreach ((string line, int number) in TextFile.ReadLines(path))
        {
            string[] columns = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length != ColumnCount)
            {
                throw DataError.At(path, number, $"{columns.Length} columns", "6: query, Q0, document, rank, score and tag, parted by white space");
            }

            if (!double.TryParse(columns[4], NumberStyles.Float, CultureInfo.InvariantCulture, out double score) || !double.IsFinite(score))
            {
                throw DataError.At(path, number, $"the score {DataError.Quote(columns[4])}", "a finite number");
            }

            if (!seen.Add((columns[0], columns[2])))
            {
                throw DataError.At(path, number, $"document {DataError.Quote(columns[2])} for the second time", "each document once a query");
            }

            if (!queries.TryGetValue(columns[0], out List<TrecRunEntry>? entries))
            {
                queries.Add(columns[0], entries = []);
            }

            entries.Add(new TrecRunEntry(columns[2], score));
        }

        return queries.Count > 0
            ? new TrecRun(queries.ToDictionary(static query => query.Key, static IReadOnlyList<TrecRunEntry> (query) => query.Value))
            : throw DataError.In(path, "no line", "a run of one or more");
    }

    /// <summary>Writes a run file.</summary>
    /// <param name="path">The file; one whose name ends in <c>.gz</c> is compressed. An existing one is overwritten.</param>
    /// <param name="tag">The name of the system, without white space.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="tag"/> or an id is empty or has white space.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public void Write(string path, string tag)
    {
        ArgumentNullException.ThrowIfNull(path);
        TrecQrels.ThrowIfNoWord(tag, nameof(tag));
        using StreamWriter writer = TextFile.Create(path);
        foreach ((string query, IReadOnlyList<TrecRunEntry> entries) in Queries)
        {
            TrecQrels.ThrowIfNoWord(query, "query");
            for (int i = 0; i < entries.Count; i++)
            {
                TrecQrels.ThrowIfNoWord(entries[i].DocumentId, "document");
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{query} Q0 {entries[i].DocumentId} {i + 1} {entries[i].Score:R} {tag}"));
            }
        }
    }

    /// <summary>Returns the run as trec_eval reads it: by score descending, in ties by document id descending.</summary>
    /// <returns>The run.</returns>
    public TrecRun InTrecEvalOrder() =>
        new(Queries.ToDictionary(static query => query.Key, static IReadOnlyList<TrecRunEntry> (query) => [.. Sort(query.Value)]));

    // trec_eval keeps scores as floats, and compares ids as bytes.
    private static IOrderedEnumerable<TrecRunEntry> Sort(IReadOnlyList<TrecRunEntry> entries) =>
        entries.OrderByDescending(static entry => (float)entry.Score).ThenByDescending(static entry => entry.DocumentId, StringComparer.Ordinal);
}
