using Reranking.Benchmarks;

namespace Reranking.Onnx.Tests;

/// <summary>A few requests of the set that <c>Reranking.Benchmarks --windows</c> measures as a whole.</summary>
public sealed class LongDocumentSetTests
{
    [Fact]
    public async Task ScoreAsync_AnswerSomewhereInALongDocument_IsFoundInWindowsAndNotWhenCut()
    {
        const int Limit = 256;   // half of what the model reads, and documents half as long, take half the time
        using var truncating = new OnnxRelevanceScorer(new OnnxScorerOptions { MaxInputTokens = Limit });
        using var windowed = new OnnxRelevanceScorer(new OnnxScorerOptions { MaxInputTokens = Limit, LongDocuments = LongDocumentMode.Windows });
        IReadOnlyList<LongDocumentRequest> requests = LongDocumentSet.Make(
            Path.Combine(AppContext.BaseDirectory, "knowledge"), TokenizerData.Bundled, count: 10, documentCount: 2, minTokens: 550, maxTokens: 850);
        int passages = 0;
        int cut = 0;
        int found = 0;
        int held = 0;

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
        Assert.InRange(passages, 8, requests.Count);
        Assert.InRange(found, passages * 0.9, passages);
        Assert.InRange(held, found * 0.9, found);   // 95 % of the whole set; one of ten is 10 %
        Assert.InRange(cut, 0, found - 3);
    }
}
