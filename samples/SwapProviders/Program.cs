using Reranking;
using SwapProviders;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);

// All that code says about reranking: which kinds of scorers appsettings.json may name, and that their scores are cached.
builder.Services.AddHybridCache();
builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddOnnx().AddCohere().UseCaching();

WebApplication app = builder.Build();

// curl "http://localhost:5000/search?q=What+if+I+forget+my+password?"
// Edit appsettings.json while this runs, and ask again: the answer says who gave it.
app.MapGet("/search", async (string q, Reranker reranker, CancellationToken cancellationToken) =>
{
    RerankingResult<Article> result = await reranker.RerankAsync(
        q, Article.All, article => $"{article.Title}. {article.Text}", options: null, cancellationToken);
    return new
    {
        Outcome = result.Outcome.ToString(),   // "FellBack" if no scorer answered: then the order is that of the first stage
        Reason = result.Reason.ToString(),
        AnsweredBy = result.ScorerName,
        result.ModelId,
        result.KeptLocal,
        NotAnsweredBy = result.FailedAttempts.Select(attempt => $"{attempt.ScorerName}: {attempt.Reason}"),
        Milliseconds = Math.Round(result.Elapsed.TotalMilliseconds),
        Ranking = result.Ranking.Select(ranked => new { ranked.Candidate.Title, Was = ranked.Index + 1, Score = ranked.Relevance?.Value }),
    };
});
app.Run();
