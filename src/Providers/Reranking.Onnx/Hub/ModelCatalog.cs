using Reranking.Onnx.Hub;

namespace Reranking.Onnx;

/// <summary>The models that <see cref="ModelStore"/> knows by name.</summary>
/// <remarks>
/// A commit or a SHA-256 is listed only if two independent public sources agree on it. If none is known, the revision is <c>main</c> and the hash is
/// <see langword="null"/>: both are then recorded on the first download, and later downloads must match them.
/// </remarks>
public static class ModelCatalog
{
    private const string Branch = "main";
    private const string Unquantized = "onnx/model.onnx";
    private const string Quantized = "onnx/model_quantized.onnx";
    private const string BertTokenizer = "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66";
    private const string DebertaTokenizer = "305674b4d785287feecfb5f73f24aa75e9b57c87c579cfe24fbd207987d4b4c4";

    /// <summary>Gets the models.</summary>
    public static IReadOnlyList<ModelCatalogEntry> Entries { get; } =
    [
        MsMarco(
            "TinyBERT-L-2-v2", "TinyBERT-L2-v2", "81d1926f67cb8eee2c2be17ca9f793c7c3bd20cc", 18, BertTokenizer,
            "0eac39ee56a3edf98d0beee17fa1bb368a5a1d8c8671b5afd6dd71677f8d8496"),
        MsMarco("MiniLM-L-2-v2", "MiniLM-L2-v2", "1b5cd67b15209f24824c50370e0397743aa9b787", 63, BertTokenizer),
        MsMarco("MiniLM-L-4-v2", "MiniLM-L4-v2", Branch, 77),
        MsMarco(
            "MiniLM-L-6-v2", "MiniLM-L6-v2", "c5ee24cb16019beea0893ab7796b1df96625c6b8", 91, BertTokenizer,
            "5d3e70fd0c9ff14b9b5169a51e957b7a9c74897afd0a35ce4bd318150c1d4d4a"),
        MsMarco("MiniLM-L-12-v2", "MiniLM-L12-v2", "7b0235231ca2674cb8ca8f022859a6eba2b1c968", 134),
        MsMarco("electra-base", "electra-base", Branch, null),
        Entry(
            "BAAI/bge-reranker-base", "2cfc18c9415c912f9d8155881c133215df768a70", ["zh", "en"], 512, "mit", 1_110,
            "9eb652ac4e40cc093272bbbe0f55d521cf67570060227109b5cdc20945a4489e",
            [new(Unquantized, "15b9a8c3da82eddf263df571281166e00e9308fe19d077084b642ebfcaf06d2b")]),
        Entry(
            "BAAI/bge-reranker-large", "55611d7bca2a7133960a6d3b71e083071bbfc312", ["zh", "en"], 512, "mit", 2_240, null,
            [new(Unquantized, DataFile: Unquantized + "_data")]),

        // Its authors publish no ONNX file; the hub's own community does.
        Entry(
            "BAAI/bge-reranker-v2-m3", "6f5ff65298512715a1e669753bc754d2bc8f367b", ["multilingual"], 8_192, "apache-2.0", 2_270,
            "8bf8afbfd11306bd872018c53bfdf2e160a56f8edbcf49933324404791c148d3",
            [
                new(Unquantized, DataFile: Unquantized + "_data"),
                new(Quantized, "912fc1215c2dbff6499700534bd8d31253af01573861abbfc43afd1fab6cce5d"),
                new("onnx/model_int8.onnx", "912fc1215c2dbff6499700534bd8d31253af01573861abbfc43afd1fab6cce5d"),
            ],
            repository: "onnx-community/bge-reranker-v2-m3-ONNX"),
        Entry(
            "mixedbread-ai/mxbai-rerank-xsmall-v1", "b5c6e9da73abc3711f593f705371cdbe9e0fe422", ["en"], 512, "apache-2.0", 284, DebertaTokenizer,
            [new(Unquantized), new(Quantized, "15ef19a6de90be7d52b627f2c784107bd806e64826450f41fb75fa4f0179ab30")]),
        Entry(
            "mixedbread-ai/mxbai-rerank-base-v1", "800f24c113213a187e65bde9db00c15a2bb12738", ["en"], 512, "apache-2.0", 739, DebertaTokenizer,
            [new(Unquantized, "acd44aff3ed526079ed44cffac2e549ce70805ea193d70973c98b67e09efec1a"), new(Quantized)]),
        Entry(
            "mixedbread-ai/mxbai-rerank-large-v1", "98f655841d5caf0b16eaff79c2b4ca109d920d17", ["en"], 512, "apache-2.0", 1_740, null,
            [new(Unquantized), new(Quantized)]),
        Entry("mixedbread-ai/mxbai-rerank-base-v2", Branch, ["multilingual"], 32_768, "apache-2.0", null, null, []),
        Entry("mixedbread-ai/mxbai-rerank-large-v2", Branch, ["multilingual"], 32_768, "apache-2.0", null, null, []),

        // A causal model. The export has no unquantized file.
        Entry(
            "Qwen/Qwen3-Reranker-0.6B", Branch, ["multilingual"], 32_768, "apache-2.0", null, null, [new(Quantized), new("onnx/model_q4.onnx")],
            repository: "onnx-community/Qwen3-Reranker-0.6B-ONNX"),
        Entry(
            "jinaai/jina-reranker-v1-turbo-en", "b8c14f4e723d9e0aab4732a7b7b93741eeeb77c2", ["en"], 8_192, "apache-2.0", 151,
            "0046da43cc8c424b317f56b092b0512aaaa65c4f925d2f16af9d9eeb4d0ef902",
            [new(Unquantized, "c1296c66c119de645fa9cdee536d8637740efe85224cfa270281e50f213aa565"), new(Quantized)]),
        Entry(
            "jinaai/jina-reranker-v1-tiny-en", "aca45de6945b5dc6399abcd2a9c55ded5dc9111f", ["en"], 8_192, "apache-2.0", 132, null,
            [new(Unquantized), new(Quantized)]),
        Entry(
            "jinaai/jina-reranker-v2-base-multilingual", "9cfeff2df7d40d1b78e75e5e9cebec92a99813c9", ["multilingual"], 1_024, "cc-by-nc-4.0", 1_110,
            "3a56def25aa40facc030ea8b0b87f3688e4b3c39eb8b45d5702b3a1300fe2a20",
            [
                new(Unquantized, "0ef3f7978f7bc52360864d74edc1a0e03d159af770a7767c4d5943496e616012"),
                new(Quantized, "c5220cf8fe023f8aa0ed2a3eb787d4451a7f17cf53f6b787e35718dd4b8815c3"),
            ]),
        Entry(
            "Alibaba-NLP/gte-reranker-modernbert-base", "f7481e6055501a30fb19d090657df9ec1f79ab2c", ["en"], 8_192, "apache-2.0", 599,
            "2aea6ff4701d063e7e029b6be695a1659f2caaa2ae4fb0e8b18285818271becd",
            [
                new(Unquantized, "c6d3226502addbcd4d2cf273802957ebf8a2a6bf94037dcb9b1d95bfc01e5d93"),
                new(Quantized, "ecc6a0ae67cee3d898167802383112d9185ca9250e07bd5d1fa65019b050179d"),
            ]),

        // Its authors publish no ONNX file.
        Entry("ibm-granite/granite-embedding-reranker-english-r2", "d09d3d6971b689bf9c23839e45a470874d46e13a", ["en"], 8_192, "apache-2.0", null, null, []),
        Entry(
            "cross-encoder/mmarco-mMiniLMv2-L12-H384-v1", "1427fd652930e4ba29e8149678df786c240d8825",
            ["ar", "zh", "nl", "en", "fr", "de", "hi", "id", "it", "ja", "pt", "ru", "es", "vi"], 512, "apache-2.0", null,
            "62c24cdc13d4c9952d63718d6c9fa4c287974249e16b7ade6d5a85e7bbb75626",
            [new(Unquantized), new("onnx/model_quint8_avx2.onnx"), new("onnx/model_qint8_arm64.onnx")],
            activation: "identity"),
        Ettin("17m", "9e4aa35321a6dd1a43ca313f500c4b4f7cfb5cc6"),
        Ettin("32m", "b33e5ceb5110773ea9cf5e00c9bedc83a8c2afdd"),
        Ettin("68m", "d166fa88ddde3c42bc3ee92f7df476d941c8204a"),
        Ettin("150m", "025501c4e0f9bbeb4c5b198318e0089ff061cc14"),
    ];

    /// <summary>Finds a model by its name or by the repository of its ONNX files, ignoring case.</summary>
    /// <param name="model">The name, such as <c>BAAI/bge-reranker-v2-m3</c>.</param>
    /// <returns>The entry, or <see langword="null"/> if the catalog has none.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="model"/> is <see langword="null"/>.</exception>
    public static ModelCatalogEntry? Find(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return Entries.FirstOrDefault(entry =>
            string.Equals(entry.Id, model, StringComparison.OrdinalIgnoreCase) || string.Equals(entry.Repository, model, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Gets what a repository has beside its ONNX files.</summary>
    internal static IReadOnlyList<ModelCatalogFile> UsualFiles => [.. Files(), .. ModularFiles];

    // What a cross-encoder with modules has beside them.
    private static ModelCatalogFile[] ModularFiles =>
        [new(ModelPlan.ModulesFile), new("config_sentence_transformers.json"), new("sentence_bert_config.json")];

    private static ModelCatalogFile[] Files(string? tokenizerSha256 = null) =>
        [new("config.json"), new("tokenizer.json", tokenizerSha256), new("tokenizer_config.json")];

    // The repositories were renamed after the names became known; the hub knows both.
    private static ModelCatalogEntry MsMarco(
        string name, string repositoryName, string revision, int? size, string? tokenizerSha256 = null, string? modelSha256 = null) =>
        Entry(
            $"cross-encoder/ms-marco-{name}", revision, ["en"], 512, "apache-2.0", size, tokenizerSha256,
            [
                new(Unquantized, modelSha256), new("onnx/model_qint8_avx512_vnni.onnx"), new("onnx/model_qint8_avx512.onnx"),
                new("onnx/model_quint8_avx2.onnx"), new("onnx/model_qint8_arm64.onnx"),
            ],
            $"cross-encoder/ms-marco-{repositoryName}",
            "identity");

    // Their graphs end at the last hidden states, and modules beside them make the score.
    private static ModelCatalogEntry Ettin(string size, string revision) =>
        Entry(
            $"cross-encoder/ettin-reranker-{size}-v1", revision, ["en"], 7_999, "apache-2.0", null, null,
            [new(Unquantized), new("onnx/model_quint8_avx2.onnx"), new("onnx/model_qint8_arm64.onnx")],
            activation: "identity") with
        {
            Files = UsualFiles,
        };

    private static ModelCatalogEntry Entry(
        string id,
        string revision,
        string[] languages,
        int maxTokens,
        string license,
        int? size,
        string? tokenizerSha256,
        ModelCatalogFile[] modelFiles,
        string? repository = null,
        string activation = "sigmoid") => new()
        {
            Id = id,
            Repository = repository ?? id,
            Revision = revision,
            ModelFiles = modelFiles,
            Files = Files(tokenizerSha256),
            Activation = activation,
            Languages = languages,
            MaxTokens = maxTokens,
            License = license,
            ApproximateSizeMB = size,
        };
}
