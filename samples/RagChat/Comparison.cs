using System.Diagnostics;
using RagChat.Knowledge;
using RagChat.Retrieval;
using Reranking;

namespace RagChat;

/// <summary>How well and how fast one way of retrieval finds the right passages.</summary>
/// <param name="Mode">The first stage.</param>
/// <param name="Reranked">Whether the second stage took part.</param>
/// <param name="HitAt1">Share of questions whose passage came first.</param>
/// <param name="MeanReciprocalRank">Mean of 1 / rank, 0 where the passage was not among the candidates.</param>
/// <param name="FirstStage">Mean time of the first stage.</param>
/// <param name="Reranking">Mean time of the second stage.</param>
internal sealed record ComparisonRow(RetrievalMode Mode, bool Reranked, double HitAt1, double MeanReciprocalRank, TimeSpan FirstStage, TimeSpan Reranking);

/// <summary>Asks all questions without and with reranking.</summary>
internal static class Comparison
{
    public static async Task<IReadOnlyList<ComparisonRow>> RunAsync(HelpDesk desk, IReadOnlyList<Question> questions)
    {
        List<ComparisonRow> rows = [];
        foreach (RetrievalMode mode in Enum.GetValues<RetrievalMode>())
        {
            foreach (bool rerank in new[] { false, true })
            {
                rows.Add(await RunAsync(desk, questions, mode, rerank));
            }
        }

        return rows;
    }

    private static async Task<ComparisonRow> RunAsync(HelpDesk desk, IReadOnlyList<Question> questions, RetrievalMode mode, bool rerank)
    {
        double hits = 0;
        double reciprocalRanks = 0;
        TimeSpan total = TimeSpan.Zero;
        TimeSpan reranking = TimeSpan.Zero;
        await desk.FindAsync(questions[0].Text, rerank, mode, desk.Reranking.CandidateCount);   // the compiler's time is nobody's stage
        foreach (Question question in questions)
        {
            long start = Stopwatch.GetTimestamp();
            Findings found = await desk.FindAsync(question.Text, rerank, mode, desk.Reranking.CandidateCount);
            total += Stopwatch.GetElapsedTime(start);
            if (rerank && found.Reranking?.Outcome != RerankingOutcome.Reranked)
            {
                throw new InvalidOperationException(
                    $"A question was not reranked ({found.Reranking?.Reason}), so there is nothing to compare.", found.Reranking?.Failure);
            }

            reranking += found.Reranking?.Elapsed ?? TimeSpan.Zero;
            int rank = 1 + found.Ranking.Select(ranked => ranked.Candidate.Record.Id).ToList().IndexOf(question.PassageId);
            hits += rank == 1 ? 1 : 0;
            reciprocalRanks += rank > 0 ? 1.0 / rank : 0;
        }

        int count = questions.Count;
        return new ComparisonRow(mode, rerank, hits / count, reciprocalRanks / count, (total - reranking) / count, reranking / count);
    }
}
