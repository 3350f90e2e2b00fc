using RagChat.Knowledge;
using Reranking.Onnx;

namespace Reranking.Browser.Tests;

/// <summary>A real report: the help center of samples/RagChat and its questions, BM25, and the two models of the repository. Made once.</summary>
public sealed class HelpCenterReport : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("reranking-browser-");
    private Uri? _address;

    /// <summary>Returns where the page is.</summary>
    internal async Task<Uri> AddressAsync()
    {
        if (_address is null)
        {
            string path = Path.Combine(_folder.FullName, "report.html");
            await File.WriteAllTextAsync(path, (await EvaluateAsync()).ToHtml(), TestContext.Current.CancellationToken);
            _address = new Uri(path);
        }

        return _address;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<EvaluationReport> EvaluateAsync()
    {
        string knowledge = Path.Combine(AppContext.BaseDirectory, "knowledge");
        EvaluationDocument[] documents = [.. HelpCentre.ReadPassages(knowledge).Select(static passage => new EvaluationDocument(passage.Id, passage.Text))];
        var set = new EvaluationSet
        {
            Name = "help desk",
            Queries =
            [
                .. HelpCentre.ReadQuestions(Path.Combine(knowledge, "questions.jsonl")).Select(static (question, index) => new EvaluationQuery
                {
                    Id = $"q{index + 1}",
                    Text = question.Text,
                    Grades = new Dictionary<string, int> { [question.PassageId] = 1 },
                }),
            ],
        };
        using var minilm = new OnnxRelevanceScorer();
        using var screening = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = "models/minilm-l4-screening-int8" });
        var evaluation = new RerankingEvaluation(
            set,
            FirstStage.Bm25(documents),
            [new EvaluatedScorer("minilm", minilm), new EvaluatedScorer("screening", screening)],
            new RerankingEvaluationOptions { CandidateCounts = [3, 6, 10] });
        return await evaluation.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
    }
}
