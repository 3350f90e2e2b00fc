using Reranking.Tokenizers.Tokenization.PostProcessing;

namespace Reranking.Tokenizers;

/// <summary>One text, or two together, as a model reads them.</summary>
public sealed class TokenizedInput
{
    private readonly int[] _ids;
    private readonly int[] _typeIds;

    private TokenizedInput(int[] ids, int[] typeIds, bool isTruncated)
    {
        _ids = ids;
        _typeIds = typeIds;
        IsTruncated = isTruncated;
    }

    /// <summary>Gets the ids, special tokens included.</summary>
    public IReadOnlyList<int> Ids => _ids;

    /// <summary>Gets for each token which of the texts it belongs to, as the model counts them.</summary>
    public IReadOnlyList<int> TypeIds => _typeIds;

    /// <summary>Gets a value indicating whether a text was cut.</summary>
    public bool IsTruncated { get; }

    internal static TokenizedInput Write(TokenTemplate template, ReadOnlySpan<int> first, ReadOnlySpan<int> second, bool isTruncated)
    {
        long[] ids = new long[first.Length + second.Length + template.SpecialTokenCount];
        long[] typeIds = new long[ids.Length];
        template.Write(first, second, ids, typeIds);
        return new TokenizedInput(Array.ConvertAll(ids, static id => (int)id), Array.ConvertAll(typeIds, static id => (int)id), isTruncated);
    }
}

/// <summary>Which of two texts is cut if they are too long together.</summary>
public enum PairTruncation
{
    /// <summary>The longer one, then both to the same length.</summary>
    LongestFirst,

    /// <summary>Only the second.</summary>
    OnlySecond,
}
