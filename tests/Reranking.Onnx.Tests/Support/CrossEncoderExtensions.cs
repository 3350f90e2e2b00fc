using Reranking.Onnx.Engine;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Tests;

internal static class CrossEncoderExtensions
{
    /// <summary>Scores documents against a query without an instruction.</summary>
    public static Task<RelevanceScores> ScoreAsync(
        this CrossEncoder encoder, string query, IReadOnlyList<string> documents, CancellationToken cancellationToken) =>
        encoder.ScoreAsync(new PairQuery(query), documents, cancellationToken);

    /// <summary>Scores documents that somebody waits for.</summary>
    public static Task<RelevanceScores> ScoreAsync(
        this CrossEncoder encoder, PairQuery query, IReadOnlyList<string> documents, CancellationToken cancellationToken) =>
        encoder.ScoreAsync(query, documents, topN: null, isBackground: false, cancellationToken);

    /// <summary>Scores encoded pairs that somebody waits for.</summary>
    public static Task<RelevanceScores> ScoreAsync(this CrossEncoder encoder, PairInputs pairs, RunPlan plan, CancellationToken cancellationToken) =>
        encoder.ScoreAsync(pairs, plan, isBackground: false, cancellationToken);

    /// <summary>Runs inputs that somebody waits for.</summary>
    public static Task RunAsync(this OnnxEngine engine, TokenizedInputs inputs, RunPlan plan, RowReader readRow, CancellationToken cancellationToken) =>
        engine.RunAsync(inputs, plan, readRow, isBackground: false, cancellationToken);

    /// <summary>Returns how many tokens a document may have so that neither it nor the query is cut; 0 or less if the query is too long.</summary>
    public static int RoomForDocument(this PairFormat format, PairQuery query)
    {
        var scratch = new TokenBuffer();
        EncodedText encoded = format.EncodeQuery(query, scratch);
        int frame = format.EncodeDocument(query, "", scratch).Count;
        PairFit fit = format.Fit(encoded, new EncodedText(0, Count: 1 << 20, CharactersRead: 0, IsComplete: true));
        return fit.QueryLength < encoded.Count ? 0 : fit.DocumentLength - frame;
    }
}
