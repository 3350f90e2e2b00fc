using System.Globalization;

namespace Reranking.Evaluation.Data;

/// <summary>A set as BEIR and MTEB have it: <c>corpus.jsonl</c>, <c>queries.jsonl</c> and <c>qrels/{split}.tsv</c>; the first two may be compressed.</summary>
internal static class BeirFolder
{
    private const string Id = "_id";
    private const string WeakMark = "weak-labels";
    private const string GeneratedMark = "generated-by";

    public static EvaluationSet Read(string folder, string split, bool includeUnjudged)
    {
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> judgments = includeUnjudged && Find(folder, JudgmentsOf(split)) is null
            ? new Dictionary<string, IReadOnlyDictionary<string, int>>()
            : ReadJudgments(folder, split);
        List<EvaluationDocument> documents = [];
        HashSet<string> ids = [];
        string corpus = FileOf(folder, "corpus.jsonl");
        foreach ((string text, int number) in TextFile.ReadLines(corpus))
        {
            using var line = new JsonLine(corpus, number, text);
            string title = line.Find("title") is { } value ? line.AsText(value, "title") : "";
            string body = line.Text("text");
            documents.Add(new EvaluationDocument(line.Text(Id), title.Length == 0 ? body : $"{title} {body}"));
            if (!ids.Add(documents[^1].Id))
            {
                throw line.Error($"document {DataError.Quote(documents[^1].Id)} for the second time", "each document once");
            }
        }

        List<EvaluationQuery> queries = [];
        string file = FileOf(folder, "queries.jsonl");
        foreach ((string text, int number) in TextFile.ReadLines(file))
        {
            using var line = new JsonLine(file, number, text);
            string id = line.Text(Id);
            if (judgments.TryGetValue(id, out IReadOnlyDictionary<string, int>? grades) || includeUnjudged)   // the file holds the queries of all splits
            {
                queries.Add(new EvaluationQuery { Id = id, Text = line.Text("text"), Grades = grades ?? new Dictionary<string, int>() });
            }
        }

        return documents.Count == 0 ? throw DataError.In(corpus, "no document", "one or more")
            : queries.Count == 0 ? throw DataError.In(file, $"no query of qrels/{split}.tsv", "one or more")
            : new EvaluationSet
            {
                Name = JsonLinesFile.NameOf(folder),
                Queries = queries,
                Documents = documents,
                IsWeaklyLabeled = File.Exists(Path.Combine(folder, WeakMark)),
                GeneratedBy = File.Exists(Path.Combine(folder, GeneratedMark)) ? File.ReadAllText(Path.Combine(folder, GeneratedMark)).Trim() : null,
            };
    }

    public static void Write(EvaluationSet set, string folder, string split)
    {
        Directory.CreateDirectory(Path.Combine(folder, "qrels"));
        using (StreamWriter corpus = TextFile.Create(Path.Combine(folder, "corpus.jsonl")))
        {
            foreach (EvaluationDocument document in set.Documents)
            {
                corpus.WriteLine(JsonLine.Write(json =>
                {
                    json.WriteString(Id, document.Id);
                    json.WriteString("title", "");
                    json.WriteString("text", document.Text);
                }));
            }
        }

        using StreamWriter queries = TextFile.Create(Path.Combine(folder, "queries.jsonl"));
        using StreamWriter qrels = TextFile.Create(Path.Combine(folder, "qrels", split + ".tsv"));
        qrels.WriteLine("query-id\tcorpus-id\tscore");
        foreach (EvaluationQuery query in set.Queries)
        {
            queries.WriteLine(JsonLine.Write(json =>
            {
                json.WriteString(Id, query.Id);
                json.WriteString("text", query.Text);
            }));
            foreach ((string document, int grade) in query.Grades)
            {
                qrels.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{query.Id}\t{document}\t{grade}"));
            }
        }

        Mark(folder, WeakMark, set.IsWeaklyLabeled
            ? "The judgments were made of the corpus itself, not by people: a smoke test, which favors lexical first stages."
            : null);
        Mark(folder, GeneratedMark, set.GeneratedBy);
    }

    private static void Mark(string folder, string name, string? text)
    {
        string mark = Path.Combine(folder, name);
        if (text is null)
        {
            File.Delete(mark);
        }
        else
        {
            File.WriteAllText(mark, text + "\n");
        }
    }

    private static IReadOnlyDictionary<string, IReadOnlyDictionary<string, int>> ReadJudgments(string folder, string split)
    {
        string path = FileOf(folder, JudgmentsOf(split));
        Dictionary<string, Dictionary<string, int>> queries = [];
        foreach ((string line, int number) in TextFile.ReadLines(path))
        {
            string[] columns = line.Split('\t');
            if (columns.Length != 3)
            {
                throw DataError.At(path, number, $"{columns.Length} columns", "3: query-id, corpus-id and score, parted by tabs");
            }

            if (number > 1 || int.TryParse(columns[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))   // no header
            {
                TrecQrels.Add(queries, path, number, columns[0], columns[1], columns[2].Trim());
            }
        }

        return TrecQrels.Freeze(queries, path);
    }

    private static string JudgmentsOf(string split) => Path.Combine("qrels", split + ".tsv");

    private static string? Find(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        return File.Exists(path) ? path : File.Exists(path + ".gz") ? path + ".gz" : null;
    }

    private static string FileOf(string folder, string name) => Find(folder, name) ?? throw new FileNotFoundException(
        $"'{Path.Combine(folder, name)}' does not exist; expected corpus.jsonl, queries.jsonl and qrels/SPLIT.tsv in the folder.", Path.Combine(folder, name));
}
