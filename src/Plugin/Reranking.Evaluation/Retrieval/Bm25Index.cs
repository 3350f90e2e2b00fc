using Reranking.Evaluation.Retrieval;

namespace Reranking;

/// <summary>BM25 over documents in memory: the first stage to compare with where there is none yet.</summary>
/// <remarks>
/// Thread-safe. The formula is Lucene's: <c>ln(1 + (N - n + 0.5) / (n + 0.5)) * tf / (tf + k1 (1 - b + b dl / avgdl))</c>. There is no stemming and no list
/// of stop
/// words unless <see cref="Bm25Options.Tokenizer"/> brings them; a search engine that is tuned for the corpus finds more.
/// </remarks>
public sealed class Bm25Index
{
    private readonly EvaluationDocument[] _documents;
    private readonly Dictionary<string, List<(int Document, int Count)>> _postings = [];
    private readonly double[] _norms;
    private readonly Func<string, IEnumerable<string>> _tokenize;

    /// <summary>Initializes a new instance of the <see cref="Bm25Index"/> class.</summary>
    /// <param name="documents">The documents.</param>
    /// <param name="options">The parameters, or <see langword="null"/> for the defaults.</param>
    /// <exception cref="ArgumentNullException"><paramref name="documents"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of range.</exception>
    public Bm25Index(IEnumerable<EvaluationDocument> documents, Bm25Options? options = null)
    {
        ArgumentNullException.ThrowIfNull(documents);
        options ??= new Bm25Options();
        if (!(options.K1 >= 0) || !(options.B is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), FormattableString.Invariant($"Bm25Options.K1 is {options.K1} and B is {options.B}; expected K1 from 0 and B from 0 to 1."));
        }

        _tokenize = options.Tokenizer ?? Bm25Tokenizer.Tokenize;
        _documents = [.. documents];
        int[] lengths = new int[_documents.Length];
        Dictionary<string, int> counts = [];
        for (int i = 0; i < _documents.Length; i++)
        {
            counts.Clear();
            foreach (string word in _tokenize(_documents[i].Text))
            {
                counts[word] = counts.GetValueOrDefault(word) + 1;
                lengths[i]++;
            }

            foreach ((string word, int count) in counts)
            {
                if (!_postings.TryGetValue(word, out List<(int Document, int Count)>? list))
                {
                    _postings.Add(word, list = []);
                }

                list.Add((i, count));
            }
        }

        double average = lengths.Length == 0 ? 1 : Math.Max(lengths.Average(), 1);
        _norms = [.. lengths.Select(length => options.K1 * (1 - options.B + (options.B * length / average)))];
    }

    /// <summary>Finds the documents that share words with a query.</summary>
    /// <param name="query">The query.</param>
    /// <param name="count">How many to return at most, from 1.</param>
    /// <returns>The documents with their scores, the best first; equal scores in the order of the corpus.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="query"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is below 1.</exception>
    public IReadOnlyList<EvaluationDocument> Search(string query, int count)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Dictionary<int, double> scores = [];
        foreach (IGrouping<string, string> word in _tokenize(query).GroupBy(static word => word))
        {
            if (_postings.TryGetValue(word.Key, out List<(int Document, int Count)>? postings))
            {
                double weight = word.Count() * Math.Log(1 + ((_documents.Length - postings.Count + 0.5) / (postings.Count + 0.5)));
                foreach ((int document, int occurrences) in postings)
                {
                    scores[document] = scores.GetValueOrDefault(document) + (weight * occurrences / (occurrences + _norms[document]));
                }
            }
        }

        return [.. scores
            .OrderByDescending(static score => score.Value)
            .ThenBy(static score => score.Key)
            .Take(count)
            .Select(score => _documents[score.Key] with { Score = score.Value })];
    }
}
