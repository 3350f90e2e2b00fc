using System.Text.Json;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Benchmarks;

/// <summary>
/// Long documents made of the help center of the sample: in each request one holds the passage that answers the query, at a random place, and the
/// others hold other passages only.
/// </summary>
/// <remarks>
/// Half of the queries were written by people for the sample, each used with several documents; the other half are the titles of the passages turned
/// into questions, and there no title is part of a document.
/// </remarks>
internal static class LongDocumentSet
{
    private const string Between = "\n\n";

    /// <summary>Makes requests, the same ones for the same seed.</summary>
    /// <param name="folder">The folder of the sample's knowledge, questions.jsonl included.</param>
    /// <param name="tokenizer">Counts the tokens of the documents.</param>
    /// <param name="count">How many requests.</param>
    /// <param name="documentCount">How many documents each has.</param>
    /// <param name="minTokens">The smallest length of a document, in tokens.</param>
    /// <param name="maxTokens">The largest.</param>
    public static IReadOnlyList<LongDocumentRequest> Make(
        string folder, Tokenizer tokenizer, int count, int documentCount = 4, int minTokens = 2_000, int maxTokens = 6_000)
    {
        var lengths = new Lengths(minTokens, maxTokens);
        var random = new Random(93);
        (string Id, string Title, string Body)[] passages = [.. ReadPassages(folder)];
        string[] whole = [.. passages.Select(passage => $"{passage.Title}\n{passage.Body}")];
        string[] bodies = [.. passages.Select(passage => passage.Body)];
        (string Query, int Answer)[] questions = [.. ReadQuestions(folder)
            .Select(question => (question.Text, Array.FindIndex(passages, passage => passage.Id == question.PassageId)))];
        int[] titles = [.. Enumerable.Range(0, passages.Length)];
        random.Shuffle(questions);
        random.Shuffle(titles);

        return
        [
            .. Enumerable.Range(0, count).Select(i =>
            {
                bool isQuestion = i % 2 == 0;
                (string query, int answer) = isQuestion
                    ? questions[i / 2 % questions.Length]
                    : ($"What does the help center say about {passages[titles[i / 2 % titles.Length]].Title}?", titles[i / 2 % titles.Length]);
                return Make(query, isQuestion ? whole : bodies, answer, documentCount, lengths, tokenizer, random) with { IsQuestion = isQuestion };
            }),
        ];
    }

    private static LongDocumentRequest Make(
        string query, string[] passages, int answer, int documentCount, Lengths lengths, Tokenizer tokenizer, Random random)
    {
        int right = random.Next(documentCount);
        string[] documents = new string[documentCount];
        var rivals = new HashSet<int>();
        Range passage = default;
        for (int i = 0; i < documents.Length; i++)
        {
            List<int> chosen = Choose(passages, answer, lengths, tokenizer, random, i == right ? CountTokens(passages[answer], tokenizer) : 0);
            if (i == right)
            {
                int place = random.Next(chosen.Count + 1);
                int start = chosen.Take(place).Sum(before => passages[before].Length + Between.Length);
                passage = start..(start + passages[answer].Length);
                chosen.Insert(place, answer);
            }

            rivals.UnionWith(chosen);
            documents[i] = string.Join(Between, chosen.Select(index => passages[index]));
        }

        rivals.Remove(answer);
        return new LongDocumentRequest(query, documents, right, passage, [.. rivals.Select(rival => passages[rival])]);
    }

    private static List<int> Choose(string[] passages, int answer, Lengths lengths, Tokenizer tokenizer, Random random, int tokens)
    {
        int[] order = [.. Enumerable.Range(0, passages.Length).Where(passage => passage != answer)];
        random.Shuffle(order);
        int wanted = random.Next(lengths.Min, lengths.Max);
        List<int> chosen = [];
        foreach (int passage in order)
        {
            int more = CountTokens(passages[passage], tokenizer);
            if (tokens >= wanted || tokens + more > lengths.Max)
            {
                break;
            }

            chosen.Add(passage);
            tokens += more;
        }

        return chosen;
    }

    public static int CountTokens(string text, Tokenizer tokenizer) => tokenizer.Encode(text, int.MaxValue, new TokenBuffer()).Count;

    private static IEnumerable<(string Id, string Title, string Body)> ReadPassages(string folder) =>
        Directory.EnumerateFiles(folder, "*.md")
            .Order(StringComparer.Ordinal)
            .SelectMany(path => File.ReadAllText(path).ReplaceLineEndings("\n").Split("\n## ").Skip(1).Select(section =>
            {
                string[] parts = section.Split('\n', 2);
                return ($"{Path.GetFileName(path)}#{Anchor(parts[0])}", parts[0], parts[1].Trim());
            }));

    private static IEnumerable<(string Text, string PassageId)> ReadQuestions(string folder) =>
        File.ReadLines(Path.Combine(folder, "questions.jsonl")).Where(line => line.Length > 0).Select(line =>
        {
            using JsonDocument json = JsonDocument.Parse(line);
            return (json.RootElement.GetProperty("question").GetString()!, json.RootElement.GetProperty("passage").GetString()!);
        });

    private static string Anchor(string title) =>
        string.Concat(title.ToLowerInvariant().Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');

    private readonly record struct Lengths(int Min, int Max);
}
