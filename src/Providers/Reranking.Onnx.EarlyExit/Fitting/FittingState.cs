namespace Reranking.Onnx.EarlyExit.Fitting;

/// <summary>The sums over the queries so far and how many queries they cover, which change together: no query counts twice, however a build ends.</summary>
internal sealed class FittingState
{
    private readonly IReadOnlyList<NormalEquations> _equations;
    private readonly FittingCheckpoint? _checkpoint;
    private bool _isTorn;

    /// <summary>Initializes a new instance of the <see cref="FittingState"/> class from what a build before it saved, if anything.</summary>
    /// <param name="equations">The sums of each exit, without any pairs yet.</param>
    /// <param name="checkpoint">The file that they are saved to, or <see langword="null"/> for none.</param>
    public FittingState(IReadOnlyList<NormalEquations> equations, FittingCheckpoint? checkpoint)
    {
        (_equations, _checkpoint) = (equations, checkpoint);
        Done = checkpoint?.TryLoad(equations) ?? 0;
    }

    /// <summary>Gets how many queries the sums cover.</summary>
    public int Done { get; private set; }

    /// <summary>Adds the pairs of the next query.</summary>
    /// <exception cref="InvalidOperationException">A query before it was added to some of the sums only.</exception>
    public void Add(TaughtPairs pairs)
    {
        if (_isTorn)
        {
            throw new InvalidOperationException("The sums are of no use after an addition that failed; expected a new state from the file.");
        }

        _isTorn = true;
        for (int exit = 0; exit < _equations.Count; exit++)
        {
            _equations[exit].Add(pairs.Features[exit], pairs.Logits);
        }

        Done++;
        _isTorn = false;
    }

    /// <summary>Saves the sums and the count, unless a query was added to some of the sums only; then the file stays as it is.</summary>
    public void Save()
    {
        if (!_isTorn)
        {
            _checkpoint?.Save(Done, _equations);
        }
    }
}
