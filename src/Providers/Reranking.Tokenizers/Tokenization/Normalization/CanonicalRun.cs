using Reranking.Tokenizers.Tokenization.Unicode;

namespace Reranking.Tokenizers.Tokenization.Normalization;

/// <summary>Decomposed code points on the way to canonical order and, if wanted, to composed characters.</summary>
internal sealed class CanonicalRun
{
    private const int None = -1;

    private readonly CombiningRun _marks = new();
    private int _starter = None;

    public void Add(int codePoint, bool composes, CharBuffer output)
    {
        if (CodePoints.Is(codePoint, CodePointClasses.Combining))
        {
            _marks.Add(codePoint);
            return;
        }

        ReadOnlySpan<long> left = ComposeMarks(composes);
        int composed = composes && _starter != None && left.IsEmpty ? CodePoints.Compose(_starter, codePoint) : None;
        if (composed == None)
        {
            Write(left, output);
            _starter = codePoint;
        }
        else
        {
            _starter = composed;
        }

        _marks.Clear();
    }

    /// <summary>Writes what is left and starts anew.</summary>
    public void Flush(bool composes, CharBuffer output)
    {
        Write(ComposeMarks(composes), output);
        _marks.Clear();
        _starter = None;
    }

    // Returns the marks that stay marks. Of those with one class, the first to stay keeps the others from the starter.
    private ReadOnlySpan<long> ComposeMarks(bool composes)
    {
        if (_marks.IsEmpty)
        {
            return [];
        }

        Span<long> marks = _marks.Sort();
        if (!composes || _starter == None)
        {
            return marks;
        }

        int left = 0;
        int blockedClass = 0;
        foreach (long mark in marks)
        {
            int codePoint = CombiningRun.CodePointOf(mark);
            int combiningClass = CodePoints.CombiningClassOf(codePoint);
            int composed = combiningClass == blockedClass ? None : CodePoints.Compose(_starter, codePoint);
            if (composed == None)
            {
                marks[left++] = mark;
                blockedClass = combiningClass;
            }
            else
            {
                _starter = composed;
            }
        }

        return marks[..left];
    }

    private void Write(ReadOnlySpan<long> marks, CharBuffer output)
    {
        if (_starter != None)
        {
            output.AppendCodePoint(_starter);
        }

        foreach (long mark in marks)
        {
            output.AppendCodePoint(CombiningRun.CodePointOf(mark));
        }
    }
}
