namespace Reranking.Onnx.Tests;

internal static class CrossEncoderExtensions
{
    /// <summary>Scores documents against a query without an instruction.</summary>
    public static Task<RelevanceScores> ScoreAsync(this CrossEncoder encoder, string query, IReadOnlyList<string> documents, CancellationToken cancellationToken) =>
        encoder.ScoreAsync(new PairQuery(query), documents, cancellationToken);
}
