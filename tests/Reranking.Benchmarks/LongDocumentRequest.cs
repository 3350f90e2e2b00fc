namespace Reranking.Benchmarks;

/// <summary>A query and long documents of which one holds the answer.</summary>
/// <param name="Query">The query.</param>
/// <param name="Documents">The documents.</param>
/// <param name="Right">The position of the one with the answer.</param>
/// <param name="Passage">Where in it the passage is that answers.</param>
/// <param name="Rivals">The other short passages that the documents are made of, those around the answer included.</param>
internal sealed record LongDocumentRequest(string Query, string[] Documents, int Right, Range Passage, string[] Rivals)
{
    private const string BetweenParagraphs = "\n\n";

    /// <summary>Gets a value indicating whether somebody wrote the query, and did not make it of a title.</summary>
    public bool IsQuestion { get; init; }

    public string PassageText => Documents[Right][Passage];

    /// <summary>Tells whether a window of the right document holds a part of it.</summary>
    public static bool Holds(Range window, Range part) => window.Start.Value <= part.Start.Value && window.End.Value >= part.End.Value;

    /// <summary>Tells whether the short passage is before all others, one by one.</summary>
    public async Task<bool> IsPassageFirstAsync(IRelevanceScorer scorer) => IsFirst(await scorer.ScoreAsync(Query, [PassageText, .. Rivals]), 0);

    /// <summary>Tells whether scores of the documents put the right one first.</summary>
    public bool IsRightFirst(RelevanceScores scores) => IsFirst(scores, Right);

    /// <summary>Finds the paragraph of the passage that has the answer: the one that is the most relevant on its own.</summary>
    public async Task<Range> FindAnswerAsync(IRelevanceScorer scorer)
    {
        string[] paragraphs = PassageText.Split(BetweenParagraphs);
        RelevanceScores scores = await scorer.ScoreAsync(Query, paragraphs);
        int best = Enumerable.Range(0, scores.Count).MaxBy(i => scores[i].RawValue);
        int start = Passage.Start.Value + paragraphs[..best].Sum(static paragraph => paragraph.Length + BetweenParagraphs.Length);
        return start..(start + paragraphs[best].Length);
    }

    private static bool IsFirst(RelevanceScores scores, int index) => scores.Where((_, i) => i != index).All(score => score.RawValue < scores[index].RawValue);
}
