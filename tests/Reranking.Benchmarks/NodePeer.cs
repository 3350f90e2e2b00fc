using System.Diagnostics;
using System.Text.Json;

namespace Reranking.Benchmarks;

/// <summary><c>@huggingface/transformers</c> from npm on the same file, in a process of its own, used as its documentation shows.</summary>
internal sealed class NodePeer : IDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _models;

    private NodePeer(Process process, DirectoryInfo models)
    {
        _process = process;
        _models = models;
    }

    /// <summary>Installs the package where it is not yet, starts the process and loads the model.</summary>
    public static async Task<NodePeer> StartAsync(string modelFolder, string query, string[] documents)
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "node");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            using Process install = Process.Start(
                new ProcessStartInfo("npm", "ci --ignore-scripts --no-audit --no-fund") { WorkingDirectory = folder, RedirectStandardOutput = true })!;
            await install.WaitForExitAsync();
        }

        // The layout of the hub: the model below onnx/, the rest beside it.
        DirectoryInfo models = Directory.CreateTempSubdirectory("reranking-node-");
        string model = Path.Combine(models.FullName, "model");
        Directory.CreateDirectory(Path.Combine(model, "onnx"));
        foreach (string file in Directory.EnumerateFiles(modelFolder))
        {
            string name = Path.GetFileName(file);
            File.CreateSymbolicLink(name == "model.onnx" ? Path.Combine(model, "onnx", name) : Path.Combine(model, name), file);
        }

        Process process = Process.Start(
            new ProcessStartInfo("node", "rerank.mjs") { WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        using var request = new MemoryStream();
        using (var writer = new Utf8JsonWriter(request))
        {
            writer.WriteStartObject();
            writer.WriteString("modelFolder", models.FullName);
            writer.WriteString("model", "model");
            writer.WriteString("query", query);
            writer.WriteStartArray("documents");
            Array.ForEach(documents, writer.WriteStringValue);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        await process.StandardInput.WriteLineAsync(System.Text.Encoding.UTF8.GetString(request.ToArray()));
        await process.StandardInput.FlushAsync();
        string? answer = await process.StandardOutput.ReadLineAsync();
        return answer == "ready" ? new NodePeer(process, models) : throw new InvalidOperationException($"node answered '{answer}'; expected 'ready'.");
    }

    public TimeSpan Run()
    {
        _process.StandardInput.WriteLine("score");
        _process.StandardInput.Flush();
        using JsonDocument answer = JsonDocument.Parse(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("node ended."));
        return TimeSpan.FromMilliseconds(answer.RootElement.GetProperty("milliseconds").GetDouble());
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        _models.Delete(recursive: true);
    }
}
