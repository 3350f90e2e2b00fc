namespace Reranking;

/// <summary>Two documents on which two systems disagree, to be shown to a person side by side.</summary>
/// <param name="Query">The query.</param>
/// <param name="First">What the first system ranks higher than the second one, or <see langword="null"/> if there is nothing left to ask of it.</param>
/// <param name="Second">What the second system ranks higher than the first one, or <see langword="null"/> if there is nothing left to ask of it.</param>
/// <param name="Change">How far the answers lie apart in what they make of the difference of the systems on the query: more than 0, at most 2.</param>
public sealed record LabelingQuestion(EvaluationQuery Query, EvaluationDocument? First, EvaluationDocument? Second, double Change);
