namespace Reranking.SemanticKernel.Tests;

/// <summary>What the other tests with the real model stand on.</summary>
public sealed class BundledModelTests(BundledModel model)
{
    [Fact]
    public async Task RerankAsync_HelpCenter_MovesTheAnswerFromBehindTheThirdPlaceToTheFirst()
    {
        Article[] firstStage = [.. HelpCenter.ByCommonWords(HelpCenter.Question)];
        RerankingResult<Article> result = await model.Reranker.RerankAsync(HelpCenter.Question, firstStage, static article => article.Text);

        Assert.True(Array.FindIndex(firstStage, static article => article.Text == HelpCenter.Answer) >= 3);
        Assert.Equal(HelpCenter.Answer, result.Ranking[0].Candidate.Text);
    }
}
