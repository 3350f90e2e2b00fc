namespace Reranking.SemanticKernel.Tests;

/// <summary>What the other tests with the real model stand on.</summary>
public sealed class BundledModelTests(BundledModel model)
{
    [Fact]
    public async Task RerankAsync_HelpCentre_MovesTheAnswerFromBehindTheThirdPlaceToTheFirst()
    {
        Article[] firstStage = [.. HelpCentre.ByCommonWords(HelpCentre.Question)];
        RerankingResult<Article> result = await model.Reranker.RerankAsync(HelpCentre.Question, firstStage, static article => article.Text);

        Assert.True(Array.FindIndex(firstStage, static article => article.Text == HelpCentre.Answer) >= 3);
        Assert.Equal(HelpCentre.Answer, result.Ranking[0].Candidate.Text);
    }
}
