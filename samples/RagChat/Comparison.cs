using Microsoft.Extensions.VectorData;
using RagChat.Knowledge;
using RagChat.Retrieval;
using Reranking;

namespace RagChat;

/// <summary>Asks all questions without and with reranking, over each first stage.</summary>
internal static class Comparison
{
    /// <summary>Measures both first stages; the first report comes while the second is measured.</summary>
    /// <param name="desk">Finds the passages.</param>
    /// <param name="scorer">Reranks them.</param>
    /// <param name="questions">The questions and the passages that answer them.</param>
    /// <param name="progress">Receives a report after each question.</param>
    public static async IAsyncEnumerable<EvaluationReport> RunAsync(
        HelpDesk desk, IRelevanceScorer scorer, IReadOnlyList<Question> questions, IProgress<EvaluationProgress> progress)
    {
        var set = new EvaluationSet
        {
            Name = "help desk",
            Queries = [.. questions.Select((question, index) => new EvaluationQuery
            {
                Id = $"q{index + 1}",
                Text = question.Text,
                Grades = new Dictionary<string, int> { [question.PassageId] = 1 },
            })],
        };
        var options = new RerankingEvaluationOptions
        {
            Metrics = [RankingMetric.Parse("RR"), RankingMetric.Parse("hit@1")],
            CandidateCounts = [desk.Reranking.CandidateCount],
        };
        foreach (RetrievalMode mode in Enum.GetValues<RetrievalMode>())
        {
            FirstStage firstStage = FirstStage.FromDelegate(mode.ToString().ToLowerInvariant(), async (query, count, _) =>
            {
                Findings found = await desk.FindAsync(query.Text, rerank: false, mode, count);
                return [.. found.Ranking.Select(ranked => ToDocument(ranked.Candidate))];
            });
            yield return await new RerankingEvaluation(set, firstStage, [new EvaluatedScorer("the cross-encoder", scorer)], options).RunAsync(progress);
        }
    }

    private static EvaluationDocument ToDocument(VectorSearchResult<Passage> result) => new(result.Record.Id, result.Record.Text) { Score = result.Score };
}
