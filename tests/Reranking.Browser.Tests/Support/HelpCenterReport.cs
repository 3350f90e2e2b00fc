using RagChat.Knowledge;
using Reranking.Onnx;

namespace Reranking.Browser.Tests;

/// <summary>A real report: the help center of samples/RagChat and its questions, BM25, and the two models of the repository. Made once.</summary>
public sealed class HelpCenterReport : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("reranking-browser-");
    private Uri? _address;

    /// <summary>Returns where the page is.</summary>
    /// <param name="questionCount">How many of the questions are asked; a few, by default, since the tests read every row of the page.</param>
    internal async Task<Uri> AddressAsync(int questionCount = 6)
    {
        if (_address is null)
        {
            string path = Path.Combine(_folder.FullName, "report.html");
            await File.WriteAllTextAsync(path, (await EvaluateAsync(questionCount)).ToHtml(), TestContext.Current.CancellationToken);
            _address = new Uri(path);
        }

        return _address;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<EvaluationReport> EvaluateAsync(int questionCount)
    {
        string knowledge = Path.Combine(AppContext.BaseDirectory, "knowledge");
        EvaluationDocument[] documents = [.. HelpCenter.ReadPassages(knowledge).Select(static passage => new EvaluationDocument(passage.Id, passage.Text))];
        IReadOnlyList<Question> questions = [.. HelpCenter.ReadQuestions(Path.Combine(knowledge, "questions.jsonl"))];
        var set = new EvaluationSet
        {
            Name = "help desk",
            Queries =
            [
                .. questions.Take(questionCount).Select(static (question, index) => new EvaluationQuery
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
