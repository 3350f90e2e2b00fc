namespace Reranking.Decorators.Caching;

/// <summary>The documents of a call without repetitions, and where each of them stood.</summary>
internal sealed class DistinctTexts
{
    private readonly List<string> _texts = [];
    private readonly int[] _indices;

    /// <summary>Initializes a new instance of the <see cref="DistinctTexts"/> class.</summary>
    /// <exception cref="ArgumentNullException">A document is <see langword="null"/>.</exception>
    public DistinctTexts(IReadOnlyList<string> documents)
    {
        var known = new Dictionary<string, int>(documents.Count, StringComparer.Ordinal);
        _indices = new int[documents.Count];
        for (int i = 0; i < _indices.Length; i++)
        {
            string document = documents[i] ?? throw new ArgumentNullException(nameof(documents), $"Document {i} is null; expected a text, which may be empty.");
            if (!known.TryGetValue(document, out _indices[i]))
            {
                _indices[i] = _texts.Count;
                known.Add(document, _texts.Count);
                _texts.Add(document);
            }
        }
    }

    /// <summary>Gets the texts in the order in which they came first.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>Gets how many documents there were, repetitions included.</summary>
    public int PositionCount => _indices.Length;

    /// <summary>Returns for each document what belongs to its text.</summary>
    public TResult[] Spread<T, TResult>(T[] values, Func<T, TResult> selector) => Array.ConvertAll(_indices, index => selector(values[index]));
}
