using System.Globalization;
using Reranking.Evaluation.Data;

namespace Reranking;

/// <summary>Reads and writes judgments as TREC does: <c>query 0 document grade</c>.</summary>
public static class TrecQrels
{
    private const int ColumnCount = 4;

    /// <summary>Reads a qrels file.</summary>
    /// <param name="path">The file; one whose name ends in <c>.gz</c> is decompressed.</param>
    /// <returns>The grades by document id, by query id.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidDataException">The file holds no judgments; the message names the line.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        Dictionary<string, Dictionary<string, int>> queries = [];
        foreach ((string line, int number) in TextFile.ReadLines(path))
        {
            string[] columns = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length != ColumnCount)
            {
                throw DataError.At(path, number, $"{columns.Length} columns", "4: query, 0, document and grade, parted by white space");
            }

            Add(queries, path, number, columns[0], columns[2], columns[3]);
        }

        return Freeze(queries, path);
    }

    /// <summary>Writes a qrels file.</summary>
    /// <param name="path">The file; one whose name ends in <c>.gz</c> is compressed. An existing one is overwritten.</param>
    /// <param name="judgments">The grades by document id, by query id.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An id is empty or has white space.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public static void Write(string path, IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> judgments)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(judgments);
        using StreamWriter writer = TextFile.Create(path);
        foreach ((string query, IReadOnlyDictionary<string, int> grades) in judgments)
        {
            ThrowIfNoWord(query, "query");
            foreach ((string document, int grade) in grades)
            {
                ThrowIfNoWord(document, "document");
                writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{query} 0 {document} {grade}"));
            }
        }
    }

    internal static void Add(Dictionary<string, Dictionary<string, int>> queries, string path, int line, string query, string document, string grade)
    {
        if (!int.TryParse(grade, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int parsed))
        {
            throw DataError.At(path, line, $"the grade {DataError.Quote(grade)}", "a whole number, 0 for not relevant");
        }

        if (!queries.TryGetValue(query, out Dictionary<string, int>? grades))
        {
            queries.Add(query, grades = []);
        }

        if (!grades.TryAdd(document, parsed))
        {
            throw DataError.At(path, line, $"document {DataError.Quote(document)} for the second time", "each document once a query");
        }
    }

    internal static IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> Freeze(Dictionary<string, Dictionary<string, int>> queries, string path) =>
        queries.Count > 0
            ? queries.ToDictionary(static query => query.Key, static IReadOnlyDictionary<string, int> (query) => query.Value)
            : throw DataError.In(path, "no judgment", "one or more");

    internal static void ThrowIfNoWord(string id, string name)
    {
        ArgumentNullException.ThrowIfNull(id, name);
        if (id.Length == 0 || id.Any(char.IsWhiteSpace))
        {
            throw new ArgumentException($"The {name} {DataError.Quote(id)} can't stand in a TREC file; expected one word without white space.", name);
        }
    }
}
