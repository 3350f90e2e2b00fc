namespace Reranking.Onnx.EarlyExit.Fitting;

/// <summary>Finds the passages that share words with a query, by BM25: the pairs to fit on shall look like those of a first stage.</summary>
internal sealed class PassageSearch
{
    private const double Saturation = 0.9;
    private const double LengthWeight = 0.4;

    private readonly Dictionary<string, List<(int Passage, int Count)>> _postings = new(StringComparer.OrdinalIgnoreCase);
    private readonly int[] _lengths;
    private readonly double _meanLength;

    public PassageSearch(IReadOnlyList<string> passages)
    {
        _lengths = new int[passages.Count];
        for (int i = 0; i < passages.Count; i++)
        {
            foreach (IGrouping<string, string> word in Words(passages[i]).GroupBy(static word => word, StringComparer.OrdinalIgnoreCase))
            {
                int count = word.Count();
                _lengths[i] += count;
                if (!_postings.TryGetValue(word.Key, out List<(int, int)>? posting))
                {
                    _postings[word.Key] = posting = [];
                }

                posting.Add((i, count));
            }
        }

        _meanLength = Math.Max(1, _lengths.DefaultIfEmpty().Average());
    }

    /// <summary>Returns the positions of the best passages, and then of others, so that there are as many as asked for.</summary>
    public int[] Find(string query, int count, Random random)
    {
        var scores = new Dictionary<int, double>();
        foreach (string word in Words(query).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (!_postings.TryGetValue(word, out List<(int Passage, int Count)>? posting))
            {
                continue;
            }

            double rarity = Math.Log(1 + ((_lengths.Length - posting.Count + 0.5) / (posting.Count + 0.5)));
            foreach ((int passage, int found) in posting)
            {
                double length = 1 - LengthWeight + (LengthWeight * _lengths[passage] / _meanLength);
                scores[passage] = scores.GetValueOrDefault(passage) + (rarity * found / (found + (Saturation * length)));
            }
        }

        List<int> best =
            [.. scores.OrderByDescending(static score => score.Value).ThenBy(static score => score.Key).Select(static score => score.Key).Take(count)];
        if (best.Count < count)
        {
            int[] others = [.. Enumerable.Range(0, _lengths.Length).Except(best)];
            random.Shuffle(others);
            best.AddRange(others.Take(count - best.Count));
        }

        return [.. best];
    }

    private static IEnumerable<string> Words(string text)
    {
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool isLetter = i < text.Length && char.IsLetterOrDigit(text[i]);
            if (isLetter && start < 0)
            {
                start = i;
            }
            else if (!isLetter && start >= 0)
            {
                yield return text[start..i];
                start = -1;
            }
        }
    }
}
