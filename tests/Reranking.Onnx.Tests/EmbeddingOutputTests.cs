using System.Numerics.Tensors;
using Microsoft.Extensions.AI;

namespace Reranking.Onnx.Tests;

/// <summary>Exports of embedding models as they come: with the rows of the tokens, with the finished embedding, with both and more.</summary>
public sealed class EmbeddingOutputTests : IDisposable
{
    private const string Text = "a text of several tokens";

    private static readonly float[] Factors = [0.001f, -0.002f, 0.003f, 0.0005f];

    private readonly TemporaryFolder _folder = TestModels.Unpack();

    private string ModelFile => _folder.File("model.onnx");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task GenerateAsync_TokenEmbeddingsAndSentenceEmbedding_TakesTheFinishedOne()
    {
        Write(("token_embeddings", [-1, -2, 4]), ("sentence_embedding", [-1, 4]));

        float[] embedding = await EmbedAsync();

        AssertNear(await EmbedAsync(options => options.Output = "sentence_embedding"), embedding);
        AssertNear(await EmbedAsync(options => options.Pooling = EmbeddingPooling.Mean), embedding);   // the graph has pooled already
        AssertNear(await EmbedAsync(options => (options.Output, options.Pooling) = ("token_embeddings", EmbeddingPooling.Mean)), embedding);
    }

    [Fact]
    public async Task GenerateAsync_OutputOfTheSettings_IsPooledAsTheySay()
    {
        Write(("token_embeddings", [-1, -2, 4]), ("sentence_embedding", [-1, 4]));

        float[] first = await EmbedAsync(options => options.Output = "token_embeddings");

        // [CLS] is 101 in the tokenizer of BERT.
        AssertNear([.. Factors.Select(factor => 101 * factor)], first);
        Assert.NotEqual(first, await EmbedAsync());
    }

    [Theory]
    [InlineData("token_embeddings")]
    [InlineData("last_hidden_state")]
    [InlineData("any_name")]
    public async Task GenerateAsync_OnlyTheRowsOfTheTokens_ArePooled(string name)
    {
        Write((name, [-1, -2, 4]));

        AssertNear([.. Factors.Select(factor => 101 * factor)], await EmbedAsync());
    }

    [Fact]
    public async Task GenerateAsync_LastHiddenStateBesideOthers_IsTaken()
    {
        Write(("pooler_output", [-1, 4]), ("token_embeddings", [-1, -2, 4]), ("last_hidden_state", [-1, -2, 4]));

        AssertNear([.. Factors.Select(factor => 101 * factor)], await EmbedAsync());
    }

    [Fact]
    public async Task GenerateAsync_OnlyTheSentenceEmbedding_IsTakenAsItIs()
    {
        Write(("sentence_embedding", [-1, 4]));
        float[] plain = await EmbedAsync();

        float[] normalized = await EmbedAsync(options => options.Normalize = true);

        Assert.Equal(1, TensorPrimitives.Norm(normalized), 1e-5);
        Assert.Equal(1, TensorPrimitives.CosineSimilarity(plain, normalized), 1e-5);
        Assert.NotEqual(1, TensorPrimitives.Norm(plain), 1e-2);
    }

    [Fact]
    public async Task GenerateAsync_SeveralTextsOfSeveralLengths_EachHasItsOwn()
    {
        Write(("sentence_embedding", [-1, 4]), ("token_embeddings", [-1, -2, 4]));
        using var generator = new OnnxEmbeddingGenerator(Options());
        string[] texts = [Text, "short", "", string.Concat(Enumerable.Repeat("long ", 100))];

        GeneratedEmbeddings<Embedding<float>> together = await generator.GenerateAsync(texts);

        for (int i = 0; i < texts.Length; i++)
        {
            AssertNear((await generator.GenerateAsync([texts[i]]))[0].Vector.ToArray(), together[i].Vector.ToArray());
        }
    }

    [Fact]
    public async Task GenerateAsync_OneRowPerTextOfAnUnknownName_AsksForTheOutput()
    {
        Write(("dense", [-1, 4]));

        Assert.Equal(
            $"Model '{Path.GetFileName(_folder.Path)}' returns an output of 2 dimensions and width 4; an embedding model returns [batch, tokens, dimensions], "
            + "or [batch, dimensions] as sentence_embedding. Set Embeddings:Onnx:ModelPath to a bi-encoder, or Embeddings:Onnx:Output to its embeddings.",
            await FailureAsync());
        Assert.Equal(4, (await EmbedAsync(options => options.Output = "dense")).Length);
    }

    [Fact]
    public async Task GenerateAsync_SeveralOutputsOfUnknownNames_ListsThem()
    {
        Write(("dense", [-1, 4]), ("rows", [-1, -2, 4]));

        Assert.Equal(
            $"'{ModelFile}' has the outputs dense, rows; expected one named last_hidden_state, sentence_embedding or token_embeddings, or a single output. "
            + "Set Embeddings:Onnx:Output to the one to read, or check Embeddings:Onnx:ModelPath.",
            await FailureAsync());
        AssertNear([.. Factors.Select(factor => 101 * factor)], await EmbedAsync(options => options.Output = "rows"));
    }

    [Fact]
    public async Task GenerateAsync_OutputThatIsNotThere_ListsThoseThatAre()
    {
        Write(("sentence_embedding", [-1, 4]));

        Assert.Equal(
            $"Embeddings:Onnx:Output is embeddings, but '{ModelFile}' has the outputs sentence_embedding. Set it to one of them.",
            await FailureAsync(options => options.Output = "embeddings"));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    [InlineData(3e38f)]   // whose length is infinite
    public async Task GenerateAsync_EmbeddingThatIsNotFinite_IsAnError(float factor)
    {
        foreach (string output in (string[])["sentence_embedding", "token_embeddings"])
        {
            Write([0.001f, factor], (output, output == "sentence_embedding" ? [-1, 2] : [-1, -2, 2]));
            foreach (EmbeddingPooling pooling in Enum.GetValues<EmbeddingPooling>())
            {
                foreach (bool normalize in (bool[])[true, false])
                {
                    Assert.Equal(
                        $"Model '{Path.GetFileName(_folder.Path)}' returned an embedding of text 0 that is not finite; expected finite numbers. "
                        + "Try another Embeddings:Onnx:ExecutionProvider, or a model in fp32.",
                        await FailureAsync(options => (options.Pooling, options.Normalize) = (pooling, normalize)));
                }
            }
        }
    }

    [Fact]
    public async Task GenerateAsync_ZeroVector_StaysZero()
    {
        Write([0, 0], ("sentence_embedding", [-1, 2]));

        float[] embedding = await EmbedAsync(options => options.Normalize = true);

        Assert.Equal([0, 0], embedding);
    }

    [Fact]
    public void Constructor_OutputBlank_IsRefused()
    {
        var exception = Assert.Throws<ArgumentException>(() => new OnnxEmbeddingGenerator(Options(options => options.Output = " ")));

        Assert.Equal("Embeddings:Onnx:Output is blank; expected the name of an output of the graph, or none. (Parameter 'options')", exception.Message);
    }

    private static void AssertNear(float[] expected, float[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected, (value, i) => Assert.Equal(value, found[i], 1e-3f));
    }

    private void Write(params (string Name, int[] Dimensions)[] outputs) => Write(Factors, outputs);

    // A row per token is its id times the factors; a row per text is the mean of those of its tokens.
    private void Write(float[] factors, params (string Name, int[] Dimensions)[] outputs)
    {
        (OnnxWriter[] nodes, OnnxWriter weights) = OnnxWriter.TokenRows("token_rows", factors);
        OnnxWriter[] named =
        [
            .. outputs.Select(static output => output.Dimensions.Length == 3
                ? OnnxWriter.Node("Identity", ["token_rows"], output.Name)
                : OnnxWriter.Node("ReduceMean", ["token_rows"], output.Name, OnnxWriter.Attribute("axes", [1]), OnnxWriter.Attribute("keepdims", 0))),
        ];
        File.WriteAllBytes(ModelFile, OnnxWriter.Model([.. nodes, .. named], [weights], outputs));
    }

    private OnnxEmbeddingGeneratorOptions Options(Action<OnnxEmbeddingGeneratorOptions>? configure = null)
    {
        OnnxEmbeddingGeneratorOptions options = new() { ModelPath = _folder.Path, Normalize = false };
        configure?.Invoke(options);
        return options;
    }

    private async Task<float[]> EmbedAsync(Action<OnnxEmbeddingGeneratorOptions>? configure = null)
    {
        using var generator = new OnnxEmbeddingGenerator(Options(configure));
        return (await generator.GenerateAsync([Text]))[0].Vector.ToArray();
    }

    private async Task<string> FailureAsync(Action<OnnxEmbeddingGeneratorOptions>? configure = null)
    {
        using var generator = new OnnxEmbeddingGenerator(Options(configure));
        return (await Assert.ThrowsAsync<InvalidOperationException>(() => generator.GenerateAsync([Text]))).Message;
    }
}
