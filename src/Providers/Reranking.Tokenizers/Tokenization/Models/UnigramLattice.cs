using System.Buffers;

namespace Reranking.Tokenizers.Tokenization.Models;

/// <summary>The best way found so far to each position of a pre-token: its score, its last piece and where that starts.</summary>
internal sealed class UnigramLattice
{
    private const int KeptLength = 1_024;
    private const int None = -1;

    private readonly Step[] _kept = new Step[KeptLength];
    private Step[] _steps;

    public UnigramLattice() => _steps = _kept;

    public void Begin(int length)
    {
        _steps = length < KeptLength ? _kept : ArrayPool<Step>.Shared.Rent(length + 1);
        _steps.AsSpan(0, length + 1).Fill(new Step(0, None, None));
    }

    public double ScoreAt(int position) => _steps[position].Score;

    public int StartOf(int end) => _steps[end].Start;

    public int IdOf(int end) => _steps[end].Id;

    /// <summary>Takes a way to a position if it is the first or better than the one known; of equal ones the first stays.</summary>
    public void Offer(int end, int start, int id, double score)
    {
        ref Step step = ref _steps[end];
        if (step.Start == None || score > step.Score)
        {
            step = new Step(score, start, id);
        }
    }

    /// <summary>Finds the last position that the best ways to some positions have in common.</summary>
    /// <param name="from">The first of them.</param>
    /// <param name="until">The end of them.</param>
    public int FindCommon(int from, int until)
    {
        int common = None;
        for (int position = Math.Max(from, 0); position < until; position++)
        {
            if (position == 0 || _steps[position].Start != None)
            {
                common = common == None ? position : FindCommonOfTwo(common, position);
            }
        }

        return Math.Max(common, 0);
    }

    /// <summary>Releases the memory of a long pre-token.</summary>
    public void End()
    {
        if (_steps != _kept)
        {
            ArrayPool<Step>.Shared.Return(_steps);
            _steps = _kept;
        }
    }

    private int FindCommonOfTwo(int first, int second)
    {
        while (first != second)
        {
            if (first > second)
            {
                first = _steps[first].Start;
            }
            else
            {
                second = _steps[second].Start;
            }
        }

        return first;
    }

    private readonly record struct Step(double Score, int Start, int Id);
}
