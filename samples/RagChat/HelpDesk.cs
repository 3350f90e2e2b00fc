using Microsoft.Extensions.Options;
using Microsoft.Extensions.VectorData;
using RagChat.Knowledge;
using RagChat.Prompting;
using RagChat.Retrieval;
using Reranking;
using Reranking.Onnx;

namespace RagChat;

/// <summary>Finds the passages for a question: vector or hybrid search fetches wide, the cross-encoder puts the best first.</summary>
internal sealed class HelpDesk(OnnxEmbeddingGenerator embeddings, IRelevanceScorer scorer, Reranker reranker, IOptions<RetrievalOptions> options) : IDisposable
{
    private PassageIndex? _index;

    public RetrievalMode Mode => options.Value.Mode;

    public RerankingOptions Reranking => reranker.DefaultOptions;

    /// <summary>Gets the passages that are searched.</summary>
    public IReadOnlyList<Passage> Passages { get; } = options.Value.Documents is { } folder
        ? DocumentFolder.Read(folder)
        : HelpCenter.ReadPassages(Path.Combine(AppContext.BaseDirectory, "knowledge"));

    /// <summary>Gets the question that a chat begins with, or <see langword="null"/> where the passages are somebody's own.</summary>
    public string? FirstQuestion => options.Value.Documents is null ? HelpCenter.FirstQuestion : null;

    /// <summary>Embeds the passages and, meanwhile, loads the cross-encoder.</summary>
    public async Task WarmUpAsync()
    {
        Task warmUp = scorer.ScoreAsync("warm up", "warm up");
        _index = await PassageIndex.BuildAsync(Passages, embeddings);
        await warmUp;
    }

    /// <summary>Finds the passages for a question.</summary>
    /// <param name="question">The user's words.</param>
    /// <param name="rerank">Whether the second stage takes part.</param>
    /// <param name="mode">The first stage.</param>
    /// <param name="topN">How many passages to give.</param>
    public async Task<Findings> FindAsync(string question, bool rerank, RetrievalMode mode, int topN)
    {
        PassageIndex index = _index ?? throw new InvalidOperationException("Call WarmUpAsync first.");
        string[] keywords = Keywords(question);
        List<VectorSearchResult<Passage>> found = mode == RetrievalMode.Vector
            ? await index.SearchAsync(question, topN).ToListAsync()
            : await index.HybridSearchAsync(question, keywords, topN).ToListAsync();
        Passage[] firstStage = [.. found.Select(result => result.Record)];
        if (rerank)
        {
            // The whole integration: search the decorated index as if it were the plain one.
            RerankingResult<VectorSearchResult<Passage>> result = mode == RetrievalMode.Vector
                ? await index.WithReranking(reranker, passage => passage.Text).SearchRankingAsync(question, topN)
                : await ((IKeywordHybridSearchable<Passage>)index)
                    .WithReranking(reranker, passage => passage.Text)
                    .HybridSearchRankingAsync(question, keywords, topN);
            return new Findings(result.Ranking, firstStage, result);
        }

        return new Findings([.. found.Select((result, rank) => new RankedCandidate<VectorSearchResult<Passage>>(result, rank, null))], firstStage, null);
    }

    public RagPrompt BuildPrompt(Findings findings, int firstCitation) =>
        RagPrompt.Build(findings.Ranking, options.Value.PromptTokenBudget, firstCitation, options.Value.Documents is null);

    public void Dispose() => _index?.Dispose();

    private static string[] Keywords(string question) =>
        question.Split([' ', ',', '.', '?', '!', ';', ':', '(', ')', '"'], StringSplitOptions.RemoveEmptyEntries);
}
