using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using Reranking.Onnx;
using Reranking.Tool.Tests.Support;

namespace Reranking.Tool.Tests;

/// <summary><c>rerank models pull</c> and <c>remove</c>, as a process, on a model that was fetched before.</summary>
public sealed class ModelsTests
{
    private const string Name = "tests/tiny-reranker";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PullAndRemove_ModelThatIsHere_WriteJsonIfAsked(bool asJson)
    {
        using var home = new TempFolder();
        string folder = await FetchAsync(home);
        string[] json = asJson ? ["--json"] : [];

        Assert.Equal(
            (0, asJson ? $"{{\n  \"model\": \"{Name}\",\n  \"folder\": \"{folder}\"\n}}\n" : folder + "\n", ""),
            await RunAsync(home, ["models", "pull", Name, .. json]));
        Assert.Equal(
            (0, asJson ? $"{{\n  \"model\": \"{Name}\",\n  \"removed\": true\n}}\n" : "", $"Removed {Name}.\n"),
            await RunAsync(home, ["models", "remove", Name, .. json]));
        Assert.False(Directory.Exists(folder));
        Assert.Equal(
            (1, "", $"rerank: Model '{Name}' is not here; 'rerank models list' says which are.\n"),
            await RunAsync(home, ["models", "remove", Name, .. json]));
    }

    // The folder that the tool uses, below that of the user's data.
    private static async Task<string> FetchAsync(TempFolder home)
    {
        using var client = new HttpClient(new Hub());
        using var store = new ModelStore(new ModelStoreOptions { CacheFolder = home.PathOf(Path.Combine("Reranking", "models")) }, client);
        return await store.GetAsync(Name);
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(TempFolder home, string[] arguments)
    {
        ProcessStartInfo start = ToolProcess.Command(arguments);
        foreach (string variable in (string[])["XDG_DATA_HOME", "LOCALAPPDATA"])   // on Unix, on Windows
        {
            start.Environment[variable] = home.PathOf("");
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output, await errors);
    }

    /// <summary>Answers as the hub does, with a tiny model.</summary>
    private sealed class Hub : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string data = Path.Combine(AppContext.BaseDirectory, "Data", "bert");
            byte[]? content = request.RequestUri!.Segments[^1] switch
            {
                "config.json" => await File.ReadAllBytesAsync(Path.Combine(data, "config.json"), cancellationToken),
                "tokenizer.json" => await File.ReadAllBytesAsync(
                    Path.Combine(AppContext.BaseDirectory, "models", "ms-marco-MiniLM-L-12-v2-int8", "tokenizer.json"), cancellationToken),
                "model.onnx" => await UnzipAsync(Path.Combine(data, "model.onnx.gz"), cancellationToken),
                _ => null,
            };
            return new HttpResponseMessage(content is null ? HttpStatusCode.NotFound : HttpStatusCode.OK)
            {
                RequestMessage = request,
                Content = new ByteArrayContent(content ?? []),
                Headers = { { "X-Repo-Commit", new string('a', 40) }, { "ETag", "\"0123456789\"" } },
            };
        }

        private static async Task<byte[]> UnzipAsync(string path, CancellationToken cancellationToken)
        {
            using var unzipped = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            using var content = new MemoryStream();
            await unzipped.CopyToAsync(content, cancellationToken);
            return content.ToArray();
        }
    }
}
