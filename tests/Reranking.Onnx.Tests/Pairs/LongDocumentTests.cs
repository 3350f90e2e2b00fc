using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Tests;

/// <summary>Documents that the model can't read whole, with a tiny model that reads 29 tokens of query and document.</summary>
public sealed class LongDocumentTests : IDisposable
{
    private const string Long =
        "  Alpha beta gamma delta epsilon zeta. Eta theta iota kappa lambda mu nu xi.\n\nOmicron pi rho sigma tau. " +
        "Upsilon phi chi psi omega one two three four five six seven. ";

    private readonly TemporaryFolder _folder = TestModels.Unpack();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ScoreAsync_WindowsAndEverythingFits_IsTruncateToTheBit()
    {
        using CrossEncoder truncating = TestModels.LoadEncoder(TestModels.Bundled);
        using CrossEncoder windowed = TestModels.LoadEncoder(
            TestModels.Bundled, options => (options.LongDocuments, options.WindowTokens) = (LongDocumentMode.Windows, 16));
        using CrossEncoder rejecting = TestModels.LoadEncoder(TestModels.Bundled, options => options.LongDocuments = LongDocumentMode.Reject);
        int compared = 0;

        foreach (var group in TestModels.FixturePairs.GroupBy(pair => pair.Query).Take(3))
        {
            string[] documents = [.. group.Select(pair => pair.Document).Where(document => document.Length < 1_500).Take(6)];
            RelevanceScores expected = await truncating.ScoreAsync(group.Key, documents, CancellationToken.None);
            Assert.All(expected, score => Assert.False(score.IsTruncated));
            compared += documents.Length;

            Assert.Equal(expected, await windowed.ScoreAsync(group.Key, documents, CancellationToken.None));
            Assert.Equal(expected, await rejecting.ScoreAsync(group.Key, documents, CancellationToken.None));
        }

        Assert.InRange(compared, 12, int.MaxValue);
    }

    [Fact]
    public async Task ScoreAsync_Windows_GivesTheBestWindowAsIfItWereTheDocument()
    {
        using CrossEncoder encoder = Load(LongDocumentMode.Windows);
        string[] windows = [.. Windows(encoder, Long, room: 16, overlap: 4)];
        RelevanceScores alone = await encoder.ScoreAsync("omega", windows, CancellationToken.None);

        RelevanceScore score = (await encoder.ScoreAsync("omega", [Long], CancellationToken.None))[0];

        Assert.InRange(windows.Length, 3, 10);
        Assert.Equal(alone.Max(window => window.RawValue), score.RawValue);
        Assert.Equal(alone.MaxBy(window => window.RawValue).Value, score.Value);
        Assert.Equal(windows[Array.IndexOf([.. alone.Select(window => window.RawValue)], score.RawValue)], Long[score.BestWindow!.Value]);
        Assert.Equal(alone.Sum(window => window.TokenCount), score.TokenCount);
        Assert.False(score.IsTruncated);
    }

    [Fact]
    public async Task ScoreAsync_WindowsShuffledAmongOthers_GivesTheSameBits()
    {
        using CrossEncoder encoder = Load(LongDocumentMode.Windows);
        string[] documents = [Long, "short", Long[60..], "", Long + Long, "sigma " + Long];
        RelevanceScores among = await encoder.ScoreAsync("sigma", documents, CancellationToken.None);
        int[] order = [4, 2, 0, 5, 3, 1];

        RelevanceScores shuffled = await encoder.ScoreAsync("sigma", [.. order.Select(i => documents[i])], CancellationToken.None);

        Assert.Equal(order.Select(i => among[i]), shuffled);
        Assert.Equal([true, false, true, false, true, true], among.Select(score => score.BestWindow is not null));
        Assert.Equal(among.Sum(score => score.TokenCount), among.Usage!.InputTokenCount);
        for (int i = 0; i < documents.Length; i++)
        {
            Assert.Equal(among[i], (await encoder.ScoreAsync("sigma", [documents[i]], CancellationToken.None))[0]);
        }
    }

    [Fact]
    public async Task ScoreAsync_EqualWindows_GivesTheFirst()
    {
        using CrossEncoder encoder = Load(LongDocumentMode.Windows, options => options.WindowOverlap = 0);

        RelevanceScore score = (await encoder.ScoreAsync("query", [string.Concat(Enumerable.Repeat("One two three. ", 40))], CancellationToken.None))[0];

        Assert.Equal(0..59, score.BestWindow);   // four sentences of 4 tokens
    }

    [Theory]
    [InlineData(9, true)]
    [InlineData(10, false)]
    public async Task ScoreAsync_MaxWindows_ReportsWhatItCut(int maxWindows, bool isTruncated)
    {
        using CrossEncoder encoder = Load(LongDocumentMode.Windows, options => (options.WindowOverlap, options.MaxWindows) = (0, maxWindows));

        RelevanceScores scores = await encoder.ScoreAsync("query", [string.Concat(Enumerable.Repeat("One two three. ", 40)), "short"], CancellationToken.None);

        Assert.Equal([isTruncated, false], scores.Select(score => score.IsTruncated));
        Assert.Equal(maxWindows * (3 + 1 + 16), scores[0].TokenCount);
    }

    [Theory]
    [InlineData(14, 15, false)]   // half of the room, so it stays
    [InlineData(15, 15, true)]
    [InlineData(5000, 15, true)]
    public async Task ScoreAsync_WindowsAndLongQuery_KeepsHalfForTheDocument(int queryTokens, int room, bool isTruncated)
    {
        using CrossEncoder encoder = Load(LongDocumentMode.Windows);
        string[] windows = [.. Windows(encoder, Long, room, room / 4)];

        RelevanceScore score = (await encoder.ScoreAsync(Words(queryTokens), [Long], CancellationToken.None))[0];

        Assert.Equal(isTruncated, score.IsTruncated);
        Assert.Contains(Long[score.BestWindow!.Value], windows);
        Assert.Equal(windows.Sum(window => 3 + 14 + CountTokens(encoder, window)), score.TokenCount);
    }

    [Theory]
    [InlineData(LongDocumentMode.Windows)]
    [InlineData(LongDocumentMode.Reject)]
    public async Task ScoreAsync_OnlyTheQueryIsTooLong_IsTruncateToTheBit(LongDocumentMode mode)
    {
        using CrossEncoder truncating = Load(LongDocumentMode.Truncate);
        using CrossEncoder encoder = Load(mode);

        foreach (int queryTokens in (int[])[20, 29, 5000])
        {
            RelevanceScores expected = await truncating.ScoreAsync(Words(queryTokens), ["short", "", Words(14)], CancellationToken.None);
            Assert.True(expected[2].IsTruncated);

            Assert.Equal(expected, await encoder.ScoreAsync(Words(queryTokens), ["short", "", Words(14)], CancellationToken.None));
        }
    }

    [Theory]
    [InlineData(LongDocumentMode.Windows)]
    [InlineData(LongDocumentMode.Reject)]
    public async Task Encode_QueryInAPromptLeavesNoRoom_ReadsWhatFits(LongDocumentMode mode)
    {
        using TemporaryFolder folder = TestModels.Unpack("roberta/model");
        using CrossEncoder encoder = TestModels.LoadEncoder(
            folder.Path,
            options => (options.Prompt, options.LongDocuments, options.MaxInputTokens) = ("<s>{query}</s></s>{document}</s>", mode, 64));
        string[] documents = [Long, "", " ", "short", Words(5000)];

        using PairInputs inputs = PairInputs.Encode(
            encoder.Format, new PairQuery(Words(600)), documents, CancellationToken.None, (OnnxScorerOptions)encoder.Profile.Folder.Options);

        Assert.Equal(documents.Length, inputs.Inputs.Count);
        Assert.All(
            Enumerable.Range(0, inputs.Inputs.Count),
            pair => Assert.Equal((encoder.Profile.MaxTokens, null), (inputs.Inputs.Length(pair), inputs.WindowOf(pair))));
        Assert.All(Enumerable.Range(0, inputs.Inputs.Count), document => Assert.True(inputs.IsTruncated(document)));
        Assert.All(await encoder.ScoreAsync(Words(600), documents, CancellationToken.None), score => Assert.True(score.IsTruncated));
    }

    [Fact]
    public void Encode_QueryInAPromptLeavesLittleRoom_ReadsWindowsFrom16TokensOn()
    {
        using TemporaryFolder folder = TestModels.Unpack("roberta/model");
        using CrossEncoder encoder = TestModels.LoadEncoder(
            folder.Path,
            options => (options.Prompt, options.LongDocuments, options.MaxInputTokens) = ("<s>{query}</s></s>{document}</s>", LongDocumentMode.Windows, 64));
        int smallest = int.MaxValue;

        for (int queryTokens = 30; queryTokens < 70; queryTokens++)
        {
            using PairInputs inputs = PairInputs.Encode(
                encoder.Format, new PairQuery(Words(queryTokens)), [Words(200)], CancellationToken.None, (OnnxScorerOptions)encoder.Profile.Folder.Options);
            int room = encoder.Format.RoomForDocument(new PairQuery(Words(queryTokens)));

            Assert.All(Enumerable.Range(0, inputs.Inputs.Count), pair => Assert.InRange(inputs.Inputs.Length(pair), 1, encoder.Profile.MaxTokens));
            Assert.Equal(room >= 16, inputs.WindowOf(0) is not null);
            smallest = Math.Min(smallest, room);
        }

        Assert.InRange(smallest, int.MinValue, 0);
    }

    [Fact]
    public async Task ScoreAsync_Reject_NamesTheDocumentItsTokensAndTheSetting()
    {
        using CrossEncoder encoder = Load(LongDocumentMode.Reject);

        Assert.Equal(2, (await encoder.ScoreAsync("a b", [Words(27), ""], CancellationToken.None)).Count);
        Assert.Equal(
            "Document 1 has 28 tokens; model 'tiny' has room for 27 beside the 2 of the query. " +
            "Shorten it, or set OnnxScorerOptions:LongDocuments to Windows or Truncate.",
            await FailureAsync("a b", "fits", Words(28)));
        Assert.Equal(
            "Document 0 has 6000 tokens; model 'tiny' has room for 15 beside the 14 of the query. " +
            "Shorten it, or set OnnxScorerOptions:LongDocuments to Windows or Truncate.",
            await FailureAsync(Words(5000), Words(6000)));
        Assert.Equal(
            "Document 0 has 1048576 or more tokens; model 'tiny' has room for 28 beside the 1 of the query. " +
            "Shorten it, or set OnnxScorerOptions:LongDocuments to Windows or Truncate.",
            await FailureAsync("a", Words(1_100_000)));

        async Task<string> FailureAsync(string query, params string[] documents)
        {
            var exception = await Assert.ThrowsAsync<RelevanceScoringException>(() => encoder.ScoreAsync(query, documents, CancellationToken.None));
            Assert.True(exception.IsRequestFault);   // five of them in a row must not open the circuit for all
            Assert.False(exception.IsTransient);
            return exception.Message;
        }
    }

    [Fact]
    public async Task Encode_CanceledBetweenWindows_Stops()
    {
        using CrossEncoder encoder = Load(LongDocumentMode.Windows, options => options.MaxWindows = 10_000);
        using var canceling = new CancellationTokenSource();
        string document = string.Concat(Enumerable.Repeat("One two three. ", 4_000));

        Task encoding = Task.Run(
            () => PairInputs.Encode(
                encoder.Format,
                new PairQuery("query"),
                new CancelingList(document, canceling),
                canceling.Token,
                (OnnxScorerOptions)encoder.Profile.Folder.Options).Dispose());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => encoding);
    }

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("a", count));

    private static int CountTokens(CrossEncoder encoder, string text) => encoder.Format.Tokenizer.Encode(text, int.MaxValue, new TokenBuffer()).Count;

    private static IEnumerable<string> Windows(CrossEncoder encoder, string text, int room, int overlap) =>
        new WindowCutter(encoder.Format.Tokenizer, text, room, overlap, new TokenBuffer()).Cut().Select(window => text[window.Range]);

    private CrossEncoder Load(LongDocumentMode mode, Action<OnnxScorerOptions>? configure = null) => TestModels.LoadEncoder(_folder.Path, options =>
    {
        (options.ModelId, options.MaxInputTokens, options.LongDocuments, options.WindowTokens) = ("tiny", 32, mode, 16);
        configure?.Invoke(options);
    });

    /// <summary>One document, which cancels when it is read: after the check before it, and before its windows.</summary>
    private sealed class CancelingList(string document, CancellationTokenSource canceling) : IReadOnlyList<string>
    {
        public int Count => 1;

        public string this[int index]
        {
            get
            {
                canceling.Cancel();
                return document;
            }
        }

        public IEnumerator<string> GetEnumerator() => throw new NotSupportedException();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
