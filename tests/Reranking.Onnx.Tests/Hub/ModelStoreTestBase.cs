using Microsoft.Extensions.Logging.Testing;

namespace Reranking.Onnx.Tests;

/// <summary>A store over a real server on this machine and a real folder.</summary>
public abstract class ModelStoreTestBase : IAsyncLifetime
{
    internal const string ModelFile = "onnx/model.onnx";

    private readonly List<ModelStore> _stores = [];

    internal HubServer Server { get; private set; } = null!;

    internal TemporaryFolder Cache { get; } = new();

    internal ImpatientTimeProvider Time { get; } = new();

    internal FakeLogger<ModelStore> Logger { get; } = new();

    internal string Home => Cache.File("tests--tiny-reranker");

    internal string Folder => Path.Combine(Home, HubServer.Commit);

    public async ValueTask InitializeAsync() => Server = await HubServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _stores.ForEach(static store => store.Dispose());
        await Server.DisposeAsync();
        Cache.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes a store that waits for nothing but the server: its timeout is longer than <see cref="ImpatientTimeProvider"/> fires.</summary>
    internal ModelStore CreateStore(Action<ModelStoreOptions>? configure = null, TimeProvider? time = null, HttpClient? httpClient = null)
    {
        ModelStoreOptions options = new() { Endpoint = Server.Endpoint, CacheFolder = Cache.Path, Timeout = TimeSpan.FromHours(1) };
        configure?.Invoke(options);
        var store = new ModelStore(options, httpClient, Logger, time ?? Time);
        _stores.Add(store);
        return store;
    }

    internal async Task<RelevanceScoringException> FailureAsync(ModelStore store, string? revision = null, string? modelFile = null)
    {
        var exception = await Assert.ThrowsAnyAsync<RelevanceScoringException>(() => store.GetAsync(HubServer.Repository, revision, modelFile));
        Assert.False(File.Exists(Path.Combine(Folder, "reranking-model.json")));
        return exception;
    }

    /// <summary>Lets the server cut the model once the client is known to have a part of it.</summary>
    internal (IProgress<ModelDownloadProgress> Progress, Task HasPart) CutWhenPartHasCome()
    {
        var come = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Server.StopAfter = (3_000_000, CutAsync);
        var progress = new Inline(report =>
        {
            if (report is { File: ModelFile, BytesReceived: > 2_000_000 })
            {
                come.TrySetResult();
            }
        });
        return (progress, come.Task);

        async Task CutAsync(Microsoft.AspNetCore.Http.HttpContext context)
        {
            await come.Task;
            context.Abort();
        }
    }

    internal string PartFile() => Assert.Single(Directory.GetFiles(Path.Combine(Folder, "onnx"), "model.onnx.*.part"));

    internal void AssertIsTheModel(string folder) =>
        Assert.All(Server.Files, file => Assert.Equal(file.Value, File.ReadAllBytes(Path.Combine(folder, file.Key))));

    /// <summary>Reports on the thread of the store, in order.</summary>
    internal sealed class Inline(Action<ModelDownloadProgress> report) : IProgress<ModelDownloadProgress>
    {
        public void Report(ModelDownloadProgress value) => report(value);
    }
}
