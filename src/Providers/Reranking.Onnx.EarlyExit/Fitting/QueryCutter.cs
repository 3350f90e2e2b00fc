namespace Reranking.Onnx.EarlyExit.Fitting;

/// <summary>Cuts queries from passages where the user has none: headings, questions and parts of sentences look enough like what people ask.</summary>
internal static class QueryCutter
{
    private const int MinWords = 3;
    private const int MaxWords = 12;

    private static readonly char[] SentenceEnds = ['.', '!', '?', '\n', ';', ':', '。', '？', '！'];

    /// <summary>Returns queries, the same for the same passages and seed.</summary>
    public static IReadOnlyList<string> Cut(IReadOnlyList<string> passages, int count, Random random)
    {
        var queries = new List<string>();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        int[] order = [.. Enumerable.Range(0, passages.Count)];
        for (int round = 0; round < 4 && queries.Count < count; round++)
        {
            random.Shuffle(order);
            foreach (int passage in order)
            {
                if (queries.Count == count)
                {
                    break;
                }

                string[] sentences = [.. passages[passage].Split(SentenceEnds, StringSplitOptions.RemoveEmptyEntries).Select(Clean).Where(IsLongEnough)];
                if (sentences.Length > 0 && Shorten(sentences[random.Next(sentences.Length)], random) is { } query && seen.Add(query))
                {
                    queries.Add(query);
                }
            }
        }

        return queries;
    }

    private static string Clean(string sentence) => sentence.Trim().Trim('#', '*', '-', '>', '|', ' ', '\t', '"', '`');

    private static bool IsLongEnough(string sentence) => sentence.Count(char.IsWhiteSpace) >= MinWords - 1 || sentence.Length is >= 8 and < 40;

    private static string Shorten(string sentence, Random random)
    {
        string[] words = sentence.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int count = Math.Min(words.Length, random.Next(MinWords + 1, MaxWords + 1));
        int start = random.Next(words.Length - count + 1);
        return string.Join(' ', words.Skip(start).Take(count));
    }
}
