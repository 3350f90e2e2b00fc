namespace Reranking;

/// <summary>The shape of a <see cref="ScoreCalibration"/>.</summary>
public enum ScoreCalibrationKind
{
    /// <summary>A sigmoid with a slope and an intercept; a few labeled pairs are enough to fit it.</summary>
    Platt,

    /// <summary>A curve through points; needs a few thousand pairs.</summary>
    Isotonic,
}
