using Microsoft.Extensions.VectorData;
using RagChat.Knowledge;
using RagChat.Prompting;
using Reranking;
using Samples;
using Spectre.Console;

namespace RagChat.Tests;

public sealed class ConsoleViewTests : IDisposable
{
    // Clear the screen, retitle the window, overwrite the line, ring, delete, the same in one character, turn the direction of the line.
    private const string Commands = "a\u001b[2J\u001b]0;owned\u0007b\rc\bd\u007Fe\u009B31mf\u202Eg\u2066h\u0000\u000Bi\u2028j\uFEFFk";

    private readonly StringWriter _output = new();
    private readonly ConsoleView _view;

    public ConsoleViewTests() => _view = new ConsoleView(
        AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(_output) }));

    public void Dispose() => _output.Dispose();

    [Fact]
    public async Task Write_TextsWithCommandsForTheTerminal_ShowsThem()
    {
        var passage = new Passage($"id{Commands}", $"title{Commands}", $"body {Commands}");
        RankedCandidate<VectorSearchResult<Passage>>[] ranking = [new(new VectorSearchResult<Passage>(passage, 0.5), 0, null)];
        _view.Write(new Findings(ranking, [passage], null));
        _view.WriteWhy(new Findings(ranking, [passage], null), 1);
        _view.Write(RagPrompt.Build(ranking, 10_000));
        _view.WriteSources(RagPrompt.Build(ranking, 10_000));
        await _view.WriteAsync(Commands.Select(character => character.ToString()).ToAsyncEnumerable());   // as a model answers, in pieces
        _view.Note(Commands);
        _view.Warn(Commands);

        string output = _output.ToString();
        Assert.DoesNotContain(output, character => IsCommand(character));
        Assert.Contains("a␛[2J␛]0;owned␇b␍c␈d␡e<U+009B>31mf<U+202E>g<U+2066>h␀␋i<U+2028>j<U+FEFF>k", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Show_AnyCharacter_IsNoCommand()
    {
        for (char character = char.MinValue; character < char.MaxValue; character++)
        {
            Assert.DoesNotContain(TerminalText.Show($"{character}"), shown => IsCommand(shown) && shown is not '\t');
        }

        Assert.Equal("a\nb\tc👩‍💻é", TerminalText.Show("a\r\nb\tc👩‍💻é"));
    }

    [Fact]
    public async Task Write_ScorerFailed_SaysSoPlainly()
    {
        using var scorer = new FailingScorer();
        Passage[] passages = [new("a", "A", "one"), new("b", "B", "two")];
        RerankingResult<VectorSearchResult<Passage>> result = await new Reranker(scorer, logger: new WarningLogger()).RerankAsync(
            "question", passages.Select(passage => new VectorSearchResult<Passage>(passage, 0.5)).ToArray(), found => found.Record.Text);
        _view.Write(new Findings(result.Ranking, passages, result));

        Assert.Contains("NOT RERANKED, in first-stage order: ScorerFailed. The model is gone.", _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("NOT RERANKED (ScorerFailed), in first-stage order", Show.Outcome(result));
    }

    [Theory]
    [InlineData(0, 0.09, true, true)]
    [InlineData(0, 0.11, true, false)]
    [InlineData(1, 0.09, false, true)]
    [InlineData(1, 0.11, false, false)]
    public async Task Write_BestPassage_SaysWhatLooksLikeAFailure(int best, double score, bool wasFirst, bool isLow)
    {
        using var scorer = new FixedScorer(best, score);
        Passage[] passages = [new("a", "A", "one"), new("b", "B", "two")];
        RerankingResult<VectorSearchResult<Passage>> result = await new Reranker(scorer).RerankAsync(
            "question", passages.Select(passage => new VectorSearchResult<Passage>(passage, 0.5)).ToArray(), found => found.Record.Text);

        _view.Write(new Findings(result.Ranking, passages, result));

        string output = _output.ToString();
        Assert.Equal(wasFirst, output.Contains("Retrieval had the same passage first", StringComparison.Ordinal));
        Assert.Equal(isLow, output.Contains("All scores are low: no passage answers, or one does in words so different", StringComparison.Ordinal));
    }

    private static bool IsCommand(char character) =>
        (char.IsControl(character) && character is not '\n' && !(character is '\r' && Environment.NewLine.Contains('\r', StringComparison.Ordinal)))
        || character is (>= '\u2028' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u200E' or '\u200F' or '\u061C' or '\uFEFF';

    private sealed class FixedScorer(int best, double score) : IRelevanceScorer
    {
        public Task<RelevanceScores> ScoreAsync(
            string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new RelevanceScores([.. documents.Select((_, i) => i == best ? new RelevanceScore(score, 0) : new RelevanceScore(0.01, -2))]));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    private sealed class FailingScorer : IRelevanceScorer
    {
        public Task<RelevanceScores> ScoreAsync(
            string query, IReadOnlyList<string> documents, RelevanceScoringOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new RelevanceScoringException("The model is gone.");

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
