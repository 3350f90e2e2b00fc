using Reranking;
using Reranking.Onnx;
using Samples;

const string Question = "How do I reset my password?";

// The first stage fetches wide: what may answer has to be among the candidates, at whatever place.
IReadOnlyList<Article> found = HelpCenter.Search(Question, count: 8);
Show.Ranking("First stage", found.Select(article => article.Title));

// The cross-encoder reads question and text together, on your CPU. Keep one scorer for the whole process: it holds the model.
using var scorer = new OnnxRelevanceScorer();
var reranker = new Reranker(scorer);
RerankingResult<Article> result = await reranker.RerankAsync(Question, found, article => article.Text, new RerankingOptions { TopN = 3 });

Show.Ranking(
    Show.Outcome(result),
    result.Ranking.Select(ranked => $"{ranked.Candidate.Title} (was {ranked.Index + 1}, relevance {ranked.Relevance?.Value:0.000})"));
