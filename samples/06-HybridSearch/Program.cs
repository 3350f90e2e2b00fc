using Microsoft.Extensions.VectorData;
using RagChat.Knowledge;
using RagChat.Retrieval;
using Reranking;
using Reranking.Onnx;
using Samples;

string question = args.Length > 0 ? args[0] : "In which country are our notes kept, and may we choose another country?";

// The first stage: cosine of embeddings and BM25, fused by reciprocal rank, behind the interface that the hybrid collections of vector databases have.
IReadOnlyList<Passage> passages = HelpCenter.ReadPassages(Path.Combine(AppContext.BaseDirectory, "knowledge"));
using var embeddings = new OnnxEmbeddingGenerator(new OnnxEmbeddingGeneratorOptions
{
    ModelPath = Path.Combine(AppContext.BaseDirectory, "models", "bge-small-en-v1.5-int8"),
    QueryPrefix = "Represent this sentence for searching relevant passages: ",
});
using PassageIndex index = await PassageIndex.BuildAsync(passages, embeddings);
string[] keywords = question.Split([' ', ',', '.', '?'], StringSplitOptions.RemoveEmptyEntries);

List<VectorSearchResult<Passage>> found = await index.HybridSearchAsync(question, keywords, top: 5).ToListAsync();
Show.Ranking("First stage", found.Select(result => result.Record.Title));

// The same index, reranked: it is asked for 50 passages, of which the best 3 come back.
using var scorer = new OnnxRelevanceScorer();
var reranker = new Reranker(scorer, new RerankingOptions { Timeout = TimeSpan.FromMinutes(2) }, new WarningLogger());   // enough for a busy machine
RerankedHybridSearch<Passage> reranked = ((IKeywordHybridSearchable<Passage>)index).WithReranking(reranker, passage => passage.Text);

List<VectorSearchResult<Passage>> best = await reranked.HybridSearchAsync(question, keywords, top: 3).ToListAsync();
Show.Ranking("Reranked", best.Select(result => $"{result.Record.Title} (was {result.GetProvenance()!.FirstStageIndex + 1}, relevance {result.Score:0.000})"));
Show.Text("First in the prompt", best[0].Record.Text);
