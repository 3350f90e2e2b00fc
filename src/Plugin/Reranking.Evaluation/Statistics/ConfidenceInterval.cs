namespace Reranking;

/// <summary>Where a mean lies with a confidence of 95 %.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct ConfidenceInterval(double Low, double High)
{
    /// <summary>Gets half of the width: the smallest difference that as many queries can show.</summary>
    public double HalfWidth => (High - Low) / 2;

    /// <summary>Gets a value indicating whether 0 lies within: no difference was shown.</summary>
    public bool IncludesZero => Low <= 0 && High >= 0;
}
