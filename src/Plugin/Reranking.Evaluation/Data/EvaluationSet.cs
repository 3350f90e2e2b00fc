using Reranking.Evaluation.Data;

namespace Reranking;

/// <summary>Queries with judgments, and the documents to search or the candidates to rerank.</summary>
/// <remarks>Immutable. It is read as a whole; a corpus has to fit into memory.</remarks>
public sealed class EvaluationSet
{
    /// <summary>Gets what reports call the set.</summary>
    public required string Name { get; init; }

    /// <summary>Gets the queries.</summary>
    public required IReadOnlyList<EvaluationQuery> Queries { get; init; }

    /// <summary>Gets the corpus.</summary>
    /// <value>The documents, or empty if the queries bring their candidates.</value>
    public IReadOnlyList<EvaluationDocument> Documents { get; init; } = [];

    /// <summary>Gets a value indicating whether the judgments were made of the corpus itself, such as of headings, and not by people.</summary>
    /// <value>The default is <see langword="false"/>. Reports of such a set say that it is a smoke test.</value>
    public bool IsWeaklyLabeled { get; init; }

    /// <summary>Gets the chat model that made up queries and judgments.</summary>
    /// <value>The name of the model, or <see langword="null"/>, the default, if none did. Reports of such a set say so.</value>
    public string? GeneratedBy { get; init; }

    /// <summary>Reads a set: a BEIR folder, or a file of JSON lines.</summary>
    /// <param name="path">
    /// A folder with <c>corpus.jsonl</c>, <c>queries.jsonl</c> and <c>qrels/test.tsv</c>; or a file with one query a line, as <see cref="Save"/> writes it. A
    /// file whose name ends in <c>.gz</c> is decompressed.
    /// </param>
    /// <param name="split">Which judgments of a BEIR folder to take.</param>
    /// <param name="includeUnjudged">
    /// Whether a BEIR folder is read with the queries that the split does not judge, and even without any judgments: to label them, or for those of another
    /// file.
    /// A file of JSON lines is read with all its queries in any case.
    /// </param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> or <paramref name="split"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidDataException">A file is not what it should be; the message names it and the line.</exception>
    /// <exception cref="IOException">A file is missing or can't be read.</exception>
    public static EvaluationSet Load(string path, string split = "test", bool includeUnjudged = false)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(split);
        return Directory.Exists(path) ? BeirFolder.Read(path, split, includeUnjudged)
            : File.Exists(path) ? JsonLinesFile.Read(path)
            : throw new FileNotFoundException(
                $"'{path}' does not exist; expected a file of JSON lines, or a folder with corpus.jsonl, queries.jsonl and qrels/{split}.tsv.", path);
    }

    /// <summary>Writes the set: a set with a corpus as a BEIR folder, one with candidates as a file of JSON lines.</summary>
    /// <param name="path">The folder or the file; what is there is overwritten.</param>
    /// <param name="split">What to call the judgments of a BEIR folder.</param>
    /// <exception cref="ArgumentNullException"><paramref name="path"/> or <paramref name="split"/> is <see langword="null"/>.</exception>
    /// <exception cref="IOException">A file can't be written.</exception>
    public void Save(string path, string split = "test")
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(split);
        if (Documents.Count > 0)
        {
            BeirFolder.Write(this, path, split);
        }
        else
        {
            JsonLinesFile.Write(this, path);
        }
    }

    /// <summary>Returns the set with other judgments, such as those of a qrels file.</summary>
    /// <param name="judgments">The grades by document id, by query id. Queries without any are left out.</param>
    /// <returns>The set. It is not weakly labeled: the judgments are no longer those that were made of the corpus.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="judgments"/> is <see langword="null"/>.</exception>
    public EvaluationSet WithJudgments(IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> judgments)
    {
        ArgumentNullException.ThrowIfNull(judgments);
        return new EvaluationSet
        {
            Name = Name,
            Documents = Documents,
            GeneratedBy = GeneratedBy,
            Queries =
            [
                .. Queries.Where(query => judgments.ContainsKey(query.Id)).Select(query => new EvaluationQuery
                {
                    Id = query.Id, Text = query.Text, Grades = judgments[query.Id], Candidates = query.Candidates,
                }),
            ],
        };
    }

    /// <summary>Returns the set with the candidates that a run names.</summary>
    /// <param name="run">The run. Queries that it does not have are left out.</param>
    /// <returns>The set. The texts are those of <see cref="Documents"/> or of the candidates so far.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="run"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidDataException">The run names a document that the set does not have.</exception>
    public EvaluationSet WithRun(TrecRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        Dictionary<string, string> texts = [];
        foreach (EvaluationDocument document in Documents.Concat(Queries.SelectMany(static query => query.Candidates ?? [])))
        {
            texts.TryAdd(document.Id, document.Text);
        }

        return WithQueries(Queries.Where(query => run.Queries.ContainsKey(query.Id)).Select(query => new EvaluationQuery
        {
            Id = query.Id,
            Text = query.Text,
            Grades = query.Grades,
            Candidates = [.. run.Queries[query.Id].Select(entry => texts.TryGetValue(entry.DocumentId, out string? text)
                ? new EvaluationDocument(entry.DocumentId, text) { Score = entry.Score }
                : throw new InvalidDataException(
                    $"The run names document {DataError.Quote(entry.DocumentId)} for query {DataError.Quote(query.Id)}, which set '{Name}' does not have. "
                    + "Take the run and the corpus of the same collection."))],
        }));
    }

    /// <summary>Returns the set with some of its queries, or with changed ones.</summary>
    /// <param name="queries">The queries.</param>
    /// <returns>The set.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="queries"/> is <see langword="null"/>.</exception>
    public EvaluationSet WithQueries(IEnumerable<EvaluationQuery> queries)
    {
        ArgumentNullException.ThrowIfNull(queries);
        return new() { Name = Name, Queries = [.. queries], Documents = Documents, IsWeaklyLabeled = IsWeaklyLabeled, GeneratedBy = GeneratedBy };
    }
}
