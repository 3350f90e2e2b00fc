namespace Reranking;

/// <summary>A document of an evaluation: one of a corpus, or a candidate of a query.</summary>
/// <param name="Id">What judgments call the document.</param>
/// <param name="Text">What scorers read.</param>
public sealed record EvaluationDocument(string Id, string Text)
{
    /// <summary>Gets the score of the first stage.</summary>
    /// <value>A number of any scale, or <see langword="null"/> if there is none. The order of candidates is their order in the list, whatever it says.</value>
    public double? Score { get; init; }
}
