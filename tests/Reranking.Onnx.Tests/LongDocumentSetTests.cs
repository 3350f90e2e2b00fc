using Reranking.Benchmarks;

namespace Reranking.Onnx.Tests;

/// <summary>A few requests of the set that <c>Reranking.Benchmarks --windows</c> measures as a whole.</summary>
public sealed class LongDocumentSetTests
{
    [Fact]
    public async Task ScoreAsync_AnswerSomewhereInALongDocument_IsFoundInWindowsAndNotWhenCut()
    {
        using var truncating = new OnnxRelevanceScorer();
        using var windowed = new OnnxRelevanceScorer(new OnnxScorerOptions { LongDocuments = LongDocumentMode.Windows });
        IReadOnlyList<LongDocumentRequest> requests = LongDocumentSet.Make(
            Path.Combine(AppContext.BaseDirectory, "knowledge"), TokenizerData.Bundled, count: 6, documentCount: 2, minTokens: 900, maxTokens: 1_500);
        int cut = 0;
        int found = 0;
        int held = 0;

        int passages = 0;

        foreach (LongDocumentRequest request in requests)
        {
            cut += request.IsRightFirst(await truncating.ScoreAsync(request.Query, request.Documents)) ? 1 : 0;
            RelevanceScores scores = await windowed.ScoreAsync(request.Query, request.Documents);
            Assert.All(scores, score => Assert.False(score.IsTruncated));
            bool isFound = request.IsRightFirst(scores);
            passages += isFound || await request.IsPassageFirstAsync(truncating) ? 1 : 0;   // what the model misses in a short passage, no window finds
            if (isFound)
            {
                found++;
                held += LongDocumentRequest.Holds(scores[request.Right].BestWindow!.Value, await request.FindAnswerAsync(truncating)) ? 1 : 0;
            }
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"of {passages} passages {cut} were first when cut, {found} in windows, {held} of them in the best window");
        Assert.InRange(passages, 4, requests.Count);
        Assert.InRange(found, passages - 1, passages);
        Assert.InRange(held, found - 1, found);   // 95 % of the whole set
        Assert.InRange(cut, 0, found - 2);
    }
}
