using System.Globalization;
using System.Text.Json;

namespace Reranking.Evaluation.Data;

/// <summary>
/// One query a line: <c>{"id", "query", "candidates": [{"id", "text", "score"}], "relevant": {"id": grade}}</c>. Candidates can be bare texts, named by their
/// position from 0, and what is relevant can be a list of ids or positions. <c>qid</c>, <c>docid</c> and <c>qrels</c> are understood too.
/// </summary>
internal static class JsonLinesFile
{
    private const string Id = "id";
    private const string Candidates = "candidates";
    private const string Relevant = "relevant";
    private const string GeneratedBy = "generatedBy";

    public static EvaluationSet Read(string path)
    {
        List<EvaluationQuery> queries = [];
        HashSet<string> ids = [];
        bool isWeak = false;
        string? generatedBy = null;
        foreach ((string text, int number) in TextFile.ReadLines(path))
        {
            using var line = new JsonLine(path, number, text);
            string id = line.Find(Id, "qid", "_id") is { } named ? line.AsText(named, Id) : number.ToString(CultureInfo.InvariantCulture);
            if (!ids.Add(id))
            {
                throw line.Error($"query {DataError.Quote(id)} for the second time", "each query once");
            }

            EvaluationDocument[]? candidates = line.Find(Candidates) is { } list ? ReadCandidates(line, list) : null;
            isWeak |= line.Find("weak") is { ValueKind: JsonValueKind.True };
            generatedBy ??= line.Find(GeneratedBy) is { } model ? line.AsText(model, GeneratedBy) : null;
            queries.Add(new EvaluationQuery
            {
                Id = id,
                Text = line.Text("query", "text"),
                Candidates = candidates,
                Grades = line.Find(Relevant, "qrels") is { } relevant ? ReadGrades(line, relevant, candidates) : new Dictionary<string, int>(),
            });
        }

        return queries.Count > 0
            ? new EvaluationSet { Name = NameOf(path), Queries = queries, IsWeaklyLabeled = isWeak, GeneratedBy = generatedBy }
            : throw DataError.In(path, "no query", "one or more");
    }

    public static void Write(EvaluationSet set, string path)
    {
        using StreamWriter writer = TextFile.Create(path);
        foreach (EvaluationQuery query in set.Queries)
        {
            writer.WriteLine(JsonLine.Write(json =>
            {
                json.WriteString(Id, query.Id);
                json.WriteString("query", query.Text);
                if (set.IsWeaklyLabeled)
                {
                    json.WriteBoolean("weak", true);
                }

                if (set.GeneratedBy is { } model)
                {
                    json.WriteString(GeneratedBy, model);
                }

                json.WriteStartObject(Relevant);
                foreach ((string document, int grade) in query.Grades)
                {
                    json.WriteNumber(document, grade);
                }

                json.WriteEndObject();
                if (query.Candidates is { } candidates)
                {
                    json.WriteStartArray(Candidates);
                    foreach (EvaluationDocument candidate in candidates)
                    {
                        json.WriteStartObject();
                        json.WriteString(Id, candidate.Id);
                        json.WriteString("text", candidate.Text);
                        if (candidate.Score is { } score)
                        {
                            json.WriteNumber("score", score);
                        }

                        json.WriteEndObject();
                    }

                    json.WriteEndArray();
                }
            }));
        }
    }

    /// <summary>Returns the name of a file without folder and endings.</summary>
    public static string NameOf(string path)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
        foreach (string ending in new[] { ".gz", ".jsonl", ".json" })
        {
            name = name.EndsWith(ending, StringComparison.OrdinalIgnoreCase) ? name[..^ending.Length] : name;
        }

        return name;
    }

    private static EvaluationDocument[] ReadCandidates(JsonLine line, JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw line.Error($"'{Candidates}' as a JSON {list.ValueKind}", "an array of texts, or of objects with id and text");
        }

        List<EvaluationDocument> candidates = [];
        HashSet<string> ids = [];
        foreach (JsonElement item in list.EnumerateArray())
        {
            candidates.Add(ReadCandidate(line, item, candidates.Count));
            if (!ids.Add(candidates[^1].Id))
            {
                throw line.Error($"candidate {DataError.Quote(candidates[^1].Id)} for the second time", "each candidate once a query");
            }
        }

        return [.. candidates];
    }

    private static EvaluationDocument ReadCandidate(JsonLine line, JsonElement item, int position)
    {
        string id = position.ToString(CultureInfo.InvariantCulture);
        if (item.ValueKind == JsonValueKind.String)
        {
            return new EvaluationDocument(id, item.GetString()!);
        }

        if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("text", out JsonElement text))
        {
            string found = item.ValueKind == JsonValueKind.Object ? "no 'text'" : $"a JSON {item.ValueKind}";
            throw line.Error($"{found} in candidate {position + 1}", "a text, or an object with id and text");
        }

        foreach (string name in new[] { Id, "docid", "_id" })
        {
            if (item.TryGetProperty(name, out JsonElement named))
            {
                id = line.AsText(named, name);
                break;
            }
        }

        bool hasScore = item.TryGetProperty("score", out JsonElement score) && score.ValueKind == JsonValueKind.Number;
        return new EvaluationDocument(id, line.AsText(text, "text")) { Score = hasScore ? score.GetDouble() : null };
    }

    private static Dictionary<string, int> ReadGrades(JsonLine line, JsonElement relevant, EvaluationDocument[]? candidates)
    {
        Dictionary<string, int> grades = [];
        switch (relevant.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (JsonProperty grade in relevant.EnumerateObject())
                {
                    grades[grade.Name] = line.AsGrade(grade.Value, Relevant);
                }

                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in relevant.EnumerateArray())
                {
                    grades[IdOf(item)] = 1;
                }

                break;
            default:
                grades[IdOf(relevant)] = 1;
                break;
        }

        return grades;

        // A number is a position among the candidates, unless one of them has it for its id.
        string IdOf(JsonElement item)
        {
            string id = line.AsText(item, Relevant);
            return item.ValueKind != JsonValueKind.Number || candidates is null || Array.Exists(candidates, candidate => candidate.Id == id) ? id
                : item.TryGetInt32(out int position) && position >= 0 && position < candidates.Length ? candidates[position].Id
                : throw line.Error($"position {id} in '{Relevant}'", $"an id, or a position from 0 to {candidates.Length - 1}");
        }
    }
}
