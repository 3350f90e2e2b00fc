namespace Reranking.Onnx.Tests;

public sealed class ScratchTests(ITestOutputHelper output)
{
    private sealed class IdInputs(long[][] ids) : ModelInputs
    {
        public override int Count => ids.Length;
        public override int Length(int index) => ids[index].Length;
        public override void Write(int index, Span<long> target, Span<long> typeIds) => ids[index].CopyTo(target);
    }

    [Theory]
    [InlineData("qwen3-reranker", "yes", "no")]
    [InlineData("qwen3-reranker-past", "yes", "no")]
    [InlineData("mxbai-rerank-v2", "1", "0")]
    public async Task Engine(string name, string yes, string no)
    {
        using TemporaryFolder folder = TestModels.Unpack(name + "/model");
        var vocab = new Dictionary<string, int> { ["yes"] = 9693, ["no"] = 2152, ["0"] = 15, ["1"] = 16, ["[UNK]"] = 5, ["query"] = 6, ["document"] = 7, ["<|im_start|>"] = 151644 };
        File.WriteAllText(folder.File("tokenizer.json"), "{ \"added_tokens\": [], \"pre_tokenizer\": {\"type\":\"BertPreTokenizer\"}, \"model\": { \"type\": \"WordPiece\", \"unk_token\": \"[UNK]\", \"continuing_subword_prefix\": \"##\", \"max_input_chars_per_word\": 100, \"vocab\": " + System.Text.Json.JsonSerializer.Serialize(vocab) + "} }");
        using CrossEncoder encoder = TestModels.LoadEncoder(folder.Path, o => { o.Prompt = yes == "yes" ? "Qwen3" : "MxbaiV2"; o.MaxInputTokens = 8192; });
        var golden = TestModels.ReadLines(Path.Combine(AppContext.BaseDirectory, "Data", "models", name.Replace("-past", "", StringComparison.Ordinal), "golden.jsonl.gz")).Where(l => l.TryGetProperty("ids", out _)).ToList();
        var inputs = new IdInputs([.. golden.Select(g => g.GetProperty("ids").EnumerateArray().Select(i => i.GetInt64()).ToArray())]);
        foreach (var plan in new[] { RunPlan.OneByOne(inputs), RunPlan.Batches(inputs, encoder.Model.MaxBatchTokens) })
        {
            var watch = System.Diagnostics.Stopwatch.StartNew();
            double worst = 0;
            await encoder.Model.RunAsync(inputs, plan, (i, n, v) =>
            {
                double d = Math.Max(Math.Abs(v[vocab[yes]] - golden[i].GetProperty("logit_yes").GetDouble()), Math.Abs(v[vocab[no]] - golden[i].GetProperty("logit_no").GetDouble()));
                lock (golden) { worst = Math.Max(worst, d); }
            }, CancellationToken.None);
            output.WriteLine($"{name} runs {plan.Count} worst {worst} {watch.ElapsedMilliseconds} ms");
        }
    }
}
