namespace Reranking.Tokenizers.Tokenization.Unicode;

/// <summary>A value for each code point, in pages of which equal ones are kept once.</summary>
/// <remarks>Immutable and thread-safe.</remarks>
internal sealed class CodePointMap<T>
    where T : struct
{
    private const int PageBits = 8;
    private const int PageSize = 1 << PageBits;
    private const int CodePointCount = 0x110000;

    private readonly byte[] _pageOf = new byte[CodePointCount >> PageBits];
    private readonly T[] _pages;

    /// <summary>Initializes a new instance of the <see cref="CodePointMap{T}"/> class.</summary>
    /// <param name="fill">Sets the values.</param>
    public CodePointMap(Action<T[]> fill)
    {
        var all = new T[CodePointCount];
        fill(all);
        _pages = ShareEqualPages(all);
    }

    public T this[int codePoint] => _pages[(_pageOf[codePoint >> PageBits] << PageBits) | (codePoint & (PageSize - 1))];

    private T[] ShareEqualPages(T[] all)
    {
        var pages = new List<T>();
        var starts = new List<int>();
        for (int page = 0; page < _pageOf.Length; page++)
        {
            ReadOnlySpan<T> content = all.AsSpan(page * PageSize, PageSize);
            int known = 0;
            while (known < starts.Count && !content.SequenceEqual(all.AsSpan(starts[known], PageSize)))
            {
                known++;
            }

            if (known == starts.Count)
            {
                starts.Add(page * PageSize);
                pages.AddRange(content);
            }

            _pageOf[page] = checked((byte)known);
        }

        return [.. pages];
    }
}
