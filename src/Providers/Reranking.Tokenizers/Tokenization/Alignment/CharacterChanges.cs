using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Alignment;

/// <summary>
/// What a normalizer makes of the code points of a text, written as the reference does: each with how it changes their number. With 0 it takes the place of
/// the next one, with less than that of more, and with 1 it is new and stands for what the one before it did.
/// </summary>
/// <remarks>
/// A change says nothing of which code point was meant. So what stands in one place of the text may come to stand for its neighbor, as in the reference.
/// </remarks>
internal sealed class CharacterChanges
{
    private readonly List<(int CodePoint, int Change)> _changes = [];

    public void Add(int codePoint, int change = 0) => _changes.Add((codePoint, change));

    /// <summary>
    /// Adds what takes the place of a number of code points: where it is shorter, its last one stands for those that go, and where it is empty, the one before.
    /// </summary>
    public void AddReplacement(ReadOnlySpan<int> codePoints, int replacedCount)
    {
        for (int i = 0; i < codePoints.Length; i++)
        {
            Add(codePoints[i], i < replacedCount ? 0 : 1);
        }

        // Before the first there is none: then those that go are not counted.
        if (codePoints.Length < replacedCount && _changes.Count > 0)
        {
            (int codePoint, int change) = _changes[^1];
            _changes[^1] = (codePoint, change + codePoints.Length - replacedCount);
        }
    }

    public void Apply(AlignedText source, AlignedText target)
    {
        int next = 0;
        foreach ((int codePoint, int change) in _changes)
        {
            int index = Math.Min(change > 0 ? next - 1 : next, source.Length - 1);
            target.Append(codePoint, index >= 0 ? source.OriginOf(index) : new TextSpan(source.OriginOf(0).Start, source.OriginOf(0).Start));
            for (int replaced = change; replaced <= 0 && next < source.Length; replaced++)
            {
                CodePoints.Decode(source.Span, next, out int length);
                next += length;
            }
        }
    }
}
