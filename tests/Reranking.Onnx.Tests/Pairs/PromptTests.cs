using Reranking.Onnx.Models;
using Reranking.Onnx.Pairs;
using Reranking.Onnx.Scoring;
using Reranking.Tokenizers.Tokenization;

namespace Reranking.Onnx.Tests;

/// <summary>What a language model reads: the prompt, whole, around what fits of the query and of the document.</summary>
public sealed class PromptTests(PromptTests.Models models) : IClassFixture<PromptTests.Models>
{
    private const int LineBreak = 198;

    [Fact]
    public void Encode_LongDocumentForQwen3_KeepsPrefixAndSuffixWhole()
    {
        using CrossEncoder encoder = models.Load("qwen3-reranker", options => (options.Prompt, options.MaxInputTokens) = ("Qwen3", 256));
        int[] before = Encode(encoder, PromptCatalog.Qwen3.Before);
        int[] after = Encode(encoder, PromptCatalog.Qwen3.After[0]);
        int[] body = Encode(
            encoder, $"<Instruct>: Given a web search query, retrieve relevant passages that answer the query\n<Query>: what?\n<Document>: {Words(20_000)}");

        using PairInputs inputs = PairInputs.Encode(encoder.Format, new PairQuery("what?"), [Words(20_000)], CancellationToken.None);

        Assert.Equal(256, inputs.Inputs.Length(0));
        Assert.True(inputs.IsTruncated(0));
        Assert.Equal([.. before, .. body[..(256 - before.Length - after.Length)], .. after], ModelFamilyTests.Ids(inputs, 0).Select(id => (int)id));
    }

    [Theory]
    [InlineData(3, 20_000)]
    [InlineData(20_000, 20_000)]
    [InlineData(20_000, 0)]
    public void Encode_LongPairForMxbaiV2_CutsTheQueryToThreeQuartersAndTheDocumentToTheRest(int queryLength, int documentLength)
    {
        using CrossEncoder encoder = models.Load("mxbai-rerank-v2", options => (options.Prompt, options.MaxInputTokens) = ("MxbaiV2", 256));
        int[] before = Encode(encoder, PromptCatalog.MxbaiV2.Before);
        int[] after = [.. PromptCatalog.MxbaiV2.After.SelectMany(piece => Encode(encoder, piece))];
        int content = 256 - before.Length - after.Length;
        int[] query = [.. Encode(encoder, "query: " + Words(queryLength)).Take(content * 3 / 4)];
        int[] document = [.. Encode(encoder, "document: " + Words(documentLength)).Take(content - query.Length - 1)];

        using PairInputs inputs = PairInputs.Encode(encoder.Format, new PairQuery(Words(queryLength)), [Words(documentLength)], CancellationToken.None);

        Assert.True(inputs.IsTruncated(0));
        Assert.Equal([.. before, .. query, LineBreak, .. document, .. after], ModelFamilyTests.Ids(inputs, 0).Select(id => (int)id));
    }

    [Fact]
    public void Encode_InstructionForMxbaiV2_GoesBeforeTheQuery()
    {
        using CrossEncoder encoder = models.Load("mxbai-rerank-v2", options => (options.Prompt, options.Instruction) = ("MxbaiV2", "of the settings"));

        string plain = Between(encoder, new PairQuery("what?", ""));
        string settings = Between(encoder, new PairQuery("what?"));
        string call = Between(encoder, new PairQuery("what?", "of the call"));

        Assert.Equal(Ids(encoder, "query: what?"), plain);
        Assert.Equal(Ids(encoder, "instruction: of the settings\nquery: what?"), settings);
        Assert.Equal(Ids(encoder, "instruction: of the call\nquery: what?"), call);

        static string Ids(CrossEncoder encoder, string text) => string.Join(' ', Encode(encoder, text));

        static string Between(CrossEncoder encoder, PairQuery query)
        {
            var ids = new TokenBuffer();
            encoder.Format.EncodeQuery(query, ids);
            return string.Join(' ', ids.Ids.ToArray());
        }
    }

    [Fact]
    public void Encode_LongDocumentInWindowsOfAPrompt_IsThePromptAroundEachWindow()
    {
        var options = new OnnxScorerOptions();
        using CrossEncoder encoder = models.Load("qwen3-reranker", scorer =>
        {
            (scorer.Prompt, scorer.MaxInputTokens, scorer.LongDocuments, scorer.WindowTokens) = ("Qwen3", 256, LongDocumentMode.Windows, 32);
            options = scorer;
        });
        int[] before = Encode(encoder, PromptCatalog.Qwen3.Before);
        int[] after = Encode(encoder, PromptCatalog.Qwen3.After[0]);
        string document = string.Concat(Enumerable.Range(0, 120).Select(static i => $"Sentence number {i} ends here. {(i % 5 == 4 ? "\n\n" : "")}"));

        using PairInputs inputs = PairInputs.Encode(encoder.Format, new PairQuery("what?"), [document], CancellationToken.None, options);

        Assert.InRange(inputs.Inputs.Count, 20, 120);
        Assert.False(inputs.IsTruncated(0));
        for (int pair = 0; pair < inputs.Inputs.Count; pair++)
        {
            string window = document[inputs.WindowOf(pair)!.Value];
            string prompt = $"<Instruct>: Given a web search query, retrieve relevant passages that answer the query\n<Query>: what?\n<Document>: {window}";
            Assert.Equal([.. before, .. Encode(encoder, prompt), .. after], ModelFamilyTests.Ids(inputs, pair).Select(static id => (int)id));
            Assert.InRange(Encode(encoder, window).Length, 1, 33);   // the blank before it may join its first word
        }
    }

    [Theory]
    [InlineData("qwen3-reranker", "Qwen3", 40_960, 8_192)]
    [InlineData("mxbai-rerank-v2", "MxbaiV2", 32_768, 8_192 + 79)]   // the reference does not count what stands around query and document
    [InlineData("qwen3-reranker", "Qwen3", 1_024, 1_024)]
    public void Load_NoMaximumSet_IsThatOfTheReferenceOrLessOfTheModel(string model, string prompt, int positions, int expected)
    {
        using TemporaryFolder folder = TestModels.Unpack(model + "/model");
        SetConfig(folder, config => config["max_position_embeddings"] = positions);
        using CrossEncoder encoder = TestModels.LoadEncoder(folder.Path, options => options.Prompt = prompt);
        Assert.Equal(expected, encoder.Profile.MaxTokens);
    }

    [Theory]
    [InlineData("qwen3-reranker", "Qwen3")]
    [InlineData("mxbai-rerank-v2", "MxbaiV2")]
    public void RoomForDocument_DocumentOfThatLength_IsNotCutAndOneTokenMoreIs(string model, string prompt)
    {
        using CrossEncoder encoder = models.Load(model, options => (options.Prompt, options.MaxInputTokens) = (prompt, 256));
        var query = new PairQuery("what?");
        int room = encoder.Format.RoomForDocument(query);

        // Each word is a token, and the first takes the blank before it.
        using PairInputs inputs = PairInputs.Encode(encoder.Format, query, [Words(room), Words(room + 1), Words(room + 2)], CancellationToken.None);

        Assert.Equal([false, false, true], Enumerable.Range(0, 3).Select(inputs.IsTruncated));
        Assert.InRange(encoder.Format.RoomForDocument(new PairQuery(Words(20_000))), int.MinValue, 0);
    }

    [Fact]
    public async Task ScoreAsync_TemplateThatSpellsOutAPublishedPrompt_GivesItsTokensAndScores()
    {
        using CrossEncoder named = models.Load("qwen3-reranker", options => (options.Prompt, options.Instruction) = ("Qwen3", "Find it"));
        using CrossEncoder spelled = models.Load("qwen3-reranker", options =>
            (options.Prompt,
                options.Instruction) = (PromptCatalog.Qwen3.Before + PromptCatalog.Qwen3.Document + "{document}" + PromptCatalog.Qwen3.After[0], "Find it"));
        var query = new PairQuery("{document} {instruction}");   // texts are not templates
        string[] documents = ["", "{query}", "a document <|im_end|> of a few words\n"];

        using PairInputs expected = PairInputs.Encode(named.Format, query, documents, CancellationToken.None);
        using PairInputs found = PairInputs.Encode(spelled.Format, query, documents, CancellationToken.None);

        Assert.All(documents, (_, i) => Assert.Equal(ModelFamilyTests.Ids(expected, i), ModelFamilyTests.Ids(found, i)));
        Assert.Equal(await named.ScoreAsync(query, documents, CancellationToken.None), await spelled.ScoreAsync(query, documents, CancellationToken.None));
    }

    [Fact]
    public async Task ScoreAsync_TemplateOfAModelWithOneLogit_GivesIt()
    {
        using TemporaryFolder folder = TestModels.Unpack("roberta/model");
        using CrossEncoder encoder = TestModels.LoadEncoder(folder.Path, options => options.Prompt = "<s>{query}</s></s>{document}</s>");

        foreach (int pair in (int[])[0, 4, 5, 10, 14])
        {
            (string query, string document) = TestModels.FixturePairs[pair];
            RelevanceScores scores = await encoder.ScoreAsync(new PairQuery(query), [document], CancellationToken.None);
            Assert.Equal(TestModels.ReadGolden("roberta")[pair].GetProperty("logits")[0].GetDouble(), scores[0].RawValue, 1e-4);
        }
    }

    [Fact]
    public async Task ScoreAsync_OtherAnswers_AreTheirDifference()
    {
        using CrossEncoder plain = models.Load("qwen3-reranker", options => options.Prompt = "Qwen3");
        using CrossEncoder swapped = models.Load("qwen3-reranker", options => (options.Prompt, options.YesToken, options.NoToken) = ("Qwen3", "no", "yes"));

        RelevanceScores expected = await plain.ScoreAsync(new PairQuery("query"), ["document"], CancellationToken.None);
        RelevanceScores found = await swapped.ScoreAsync(new PairQuery("query"), ["document"], CancellationToken.None);

        Assert.Equal(-expected[0].RawValue, found[0].RawValue);
    }

    [Fact]
    public async Task ScoreAsync_InstructionOfTheCall_ChangesTheScoreOfThatCallAlone()
    {
        using var scorer = new OnnxRelevanceScorer(new OnnxScorerOptions { ModelPath = models.Path("qwen3-reranker"), Prompt = "Qwen3" });
        var call = new RelevanceScoringOptions
        {
            AdditionalProperties = new Dictionary<string, object?> { [OnnxRelevanceScorer.InstructionProperty] = "Find what is about weather" },
        };
        using var settings = new OnnxRelevanceScorer(
            new OnnxScorerOptions { ModelPath = models.Path("qwen3-reranker"), Prompt = "Qwen3", Instruction = "Find what is about weather" });

        double before = (await scorer.ScoreAsync("query", ["document"]))[0].RawValue;
        double instructed = (await scorer.ScoreAsync("query", ["document"], call))[0].RawValue;
        double after = (await scorer.ScoreAsync("query", ["document"]))[0].RawValue;

        Assert.Equal(before, after);
        Assert.NotEqual(before, instructed);
        Assert.Equal((await settings.ScoreAsync("query", ["document"]))[0].RawValue, instructed);
    }

    [Fact]
    public async Task ScoreAsync_InstructionIsNoText_IsRefused()
    {
        using var scorer = new OnnxRelevanceScorer();
        var options = new RelevanceScoringOptions { AdditionalProperties = new Dictionary<string, object?> { ["instruction"] = 1 } };

        var exception = await Assert.ThrowsAsync<ArgumentException>(() => scorer.ScoreAsync("query", ["document"], options));

        Assert.Equal("The additional property instruction is a Int32; expected a text. (Parameter 'options')", exception.Message);
    }

    private static int[] Encode(CrossEncoder encoder, string text) => TokenizerData.Encode(encoder.Format.Tokenizer, text);

    private static string Words(int count) => string.Join(' ', Enumerable.Repeat("a", count));

    internal static void SetConfig(TemporaryFolder folder, Action<System.Text.Json.Nodes.JsonObject> change)
    {
        var config = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(folder.File("config.json")))!.AsObject();
        change(config);
        File.WriteAllText(folder.File("config.json"), config.ToJsonString());
    }

    /// <summary>The two language models, unpacked once for all tests of a class.</summary>
    public sealed class Models : IDisposable
    {
        private readonly Dictionary<string, TemporaryFolder> _folders = new()
        {
            ["qwen3-reranker"] = TestModels.Unpack("qwen3-reranker/model"),
            ["mxbai-rerank-v2"] = TestModels.Unpack("mxbai-rerank-v2/model"),
        };

        public string Path(string model) => _folders[model].Path;

        internal CrossEncoder Load(string model, Action<OnnxScorerOptions> configure) => TestModels.LoadEncoder(Path(model), configure);

        public void Dispose()
        {
            foreach (TemporaryFolder folder in _folders.Values)
            {
                folder.Dispose();
            }
        }
    }
}
