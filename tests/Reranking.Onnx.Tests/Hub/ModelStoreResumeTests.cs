using Microsoft.Extensions.Time.Testing;

namespace Reranking.Onnx.Tests;

/// <summary>Downloads that are cut, damaged, canceled or silent.</summary>
public sealed class ModelStoreResumeTests : ModelStoreTestBase
{
    private int Length => Server.Files[ModelFile].Length;

    [Fact]
    public async Task GetAsync_Cut_TheNextCallAsksForTheRestOnly()
    {
        ModelStore store = CreateStore(options => options.MaxRetries = 0);
        (IProgress<ModelDownloadProgress> progress, _) = CutWhenPartHasCome();
        var exception = await Assert.ThrowsAnyAsync<RelevanceScoringException>(() => store.GetAsync(HubServer.Repository, progress: progress));
        Assert.True(exception.IsTransient);
        Assert.StartsWith(
            $"The connection to '{Server.Endpoint}{HubServer.Repository}/resolve/{HubServer.Commit}/{ModelFile}' was lost. ",
            exception.Message,
            StringComparison.Ordinal);
        long there = new FileInfo(PartFile()).Length;
        Assert.InRange(there, 1_000_000, 3_000_000);
        Server.StopAfter = null;

        AssertIsTheModel(await store.GetAsync(HubServer.Repository));

        HubServerRequest rest = Server.Gets[^1];
        Assert.Equal(($"bytes={there}-", Length - there), (rest.Range, rest.BytesServed));
        Assert.Equal($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Server.Files[ModelFile]))}\"", rest.IfRange);
        Assert.Equal(["config.json", "tokenizer.json", ModelFile, ModelFile], Server.Gets.Select(request => request.File));
        Assert.Empty(Directory.GetFiles(Cache.Path, "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task GetAsync_CutOnce_GoesOnByItself()
    {
        (IProgress<ModelDownloadProgress> progress, Task hasPart) = CutWhenPartHasCome();
        Server.Instead = (_, file) =>
        {
            Server.StopAfter = hasPart.IsCompleted ? null : Server.StopAfter;
            return Task.FromResult(false);
        };

        AssertIsTheModel(await CreateStore().GetAsync(HubServer.Repository, progress: progress));

        Assert.Equal([TimeSpan.FromSeconds(1)], Time.Delays);
        Assert.NotNull(Server.Gets[^1].Range);
    }

    [Fact]
    public async Task GetAsync_ServerWithoutRanges_StartsOver()
    {
        ModelStore store = CreateStore(options => options.MaxRetries = 0);
        (IProgress<ModelDownloadProgress> progress, _) = CutWhenPartHasCome();
        await Assert.ThrowsAnyAsync<RelevanceScoringException>(() => store.GetAsync(HubServer.Repository, progress: progress));
        (Server.StopAfter, Server.TakesRanges) = (null, false);

        AssertIsTheModel(await store.GetAsync(HubServer.Repository));

        Assert.Equal(Length, Server.Gets[^1].BytesServed);
    }

    [Theory]
    [InlineData(416, null)]
    [InlineData(206, "bytes 0-9/10")]
    public async Task GetAsync_ServerGoesOnElsewhere_StartsOver(int status, string? contentRange)
    {
        Server.StopAfter = (1_000_000, null);
        Server.Instead = (context, _) =>
        {
            bool isRest = context.Request.Headers.Range.Count > 0;
            if (isRest)
            {
                Server.StopAfter = null;
                context.Response.StatusCode = status;
                context.Response.Headers.ContentRange = contentRange;
            }

            return Task.FromResult(isRest);
        };

        AssertIsTheModel(await CreateStore().GetAsync(HubServer.Repository));

        Assert.Equal([null, "bytes=1000000-", null], Server.Gets.Where(request => request.File == ModelFile).Select(request => request.Range));
        Assert.Contains(Logger.Collector.GetSnapshot(), line => line.Message ==
            $"'{Server.Endpoint}{HubServer.Repository}/resolve/{HubServer.Commit}/{ModelFile}' does not resume where the download was cut. " +
            "Check Reranking:ModelStore:Endpoint. Trying again in 2 s.");
    }

    [Fact]
    public async Task GetAsync_ContentChangedInBetween_StartsOver()
    {
        Server.TellsHash = false;
        ModelStore store = CreateStore(options => options.MaxRetries = 0);
        (IProgress<ModelDownloadProgress> progress, _) = CutWhenPartHasCome();
        await Assert.ThrowsAnyAsync<RelevanceScoringException>(() => store.GetAsync(HubServer.Repository, progress: progress));
        Server.StopAfter = null;
        byte[] changed = [.. Server.Files[ModelFile]];
        changed[^100_000] ^= 1;   // a weight
        Server.Files[ModelFile] = changed;

        AssertIsTheModel(await store.GetAsync(HubServer.Repository));

        Assert.Null(Server.Gets[^1].Range);
        Assert.Empty(Directory.GetFiles(Cache.Path, "*.part", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task GetAsync_Canceled_LeavesAPartToGoOnWith()
    {
        ModelStore store = CreateStore();
        using var canceling = new CancellationTokenSource();
        var progress = new Inline(report =>
        {
            if (report is { File: ModelFile, BytesReceived: > 2_000_000 })
            {
                canceling.Cancel();
            }
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => store.GetAsync(HubServer.Repository, progress: progress, cancellationToken: canceling.Token));

        long there = new FileInfo(PartFile()).Length;
        Assert.InRange(there, 1_000_000, Length - 1);
        AssertIsTheModel(await store.GetAsync(HubServer.Repository));
        Assert.Equal($"bytes={there}-", Server.Gets[^1].Range);
    }

    [Fact]
    public async Task GetAsync_DamagedOnce_FetchesItOnceMore()
    {
        int served = 0;
        Server.Spoil = (file, bytes) => file == ModelFile && served++ == 0 ? Flip(bytes) : bytes;

        AssertIsTheModel(await CreateStore().GetAsync(HubServer.Repository));

        Assert.Equal(2 * Length, Server.BytesServed(ModelFile));
        Assert.Equal(
            84, Assert.Single(Logger.Collector.GetSnapshot(), line => line.Level == Microsoft.Extensions.Logging.LogLevel.Warning && line.Id.Id != 82).Id.Id);
    }

    [Fact]
    public async Task GetAsync_DamagedTwice_NamesTheHashesAndRemovesTheFile()
    {
        Server.Spoil = static (file, bytes) => file == ModelFile ? Flip(bytes) : bytes;

        string message = (await FailureAsync(CreateStore())).Message;

        string found = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Flip(Server.Files[ModelFile])));
        string expected = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(Server.Files[ModelFile]));
        Assert.Equal(
            $"'{Server.Endpoint}{HubServer.Repository}/resolve/{HubServer.Commit}/{ModelFile}' was damaged twice: its SHA-256 is {found}; " +
            $"expected {expected}. The file was removed. Check Reranking:ModelStore:Endpoint and the proxies between it and this machine.",
            message);
        Assert.Empty(Directory.GetFiles(Path.Combine(Folder, "onnx")));
    }

    [Fact]
    public async Task GetAsync_DamagedInThePart_IsFoundAndFetchedWhole()
    {
        ModelStore store = CreateStore(options => options.MaxRetries = 0);
        (IProgress<ModelDownloadProgress> progress, _) = CutWhenPartHasCome();
        await Assert.ThrowsAnyAsync<RelevanceScoringException>(() => store.GetAsync(HubServer.Repository, progress: progress));
        Server.StopAfter = null;
        await File.WriteAllBytesAsync(PartFile(), Flip(await File.ReadAllBytesAsync(PartFile())));

        AssertIsTheModel(await store.GetAsync(HubServer.Repository));

        Assert.Equal(Length, Server.Gets[^1].BytesServed);
    }

    [Fact]
    public async Task GetAsync_Progress_RisesToTheTotal()
    {
        List<ModelDownloadProgress> reports = [];

        await CreateStore().GetAsync(HubServer.Repository, progress: new Inline(reports.Add));

        long total = Server.Files.Values.Sum(file => (long)file.Length);
        Assert.All(reports, report => Assert.Equal((HubServer.Repository, total), (report.Model, report.TotalBytes)));
        Assert.Equal(reports.Select(report => report.BytesReceived).Order(), reports.Select(report => report.BytesReceived));
        Assert.Equal(new ModelDownloadProgress(HubServer.Repository, ModelFile, total, total), reports[^1]);
        Assert.InRange(reports.Count, 6, 8);   // the end of each file, and each megabyte of 4.8
    }

    [Fact]
    public async Task GetAsync_ProgressOfADamagedFile_NeverFalls()
    {
        int served = 0;
        Server.Spoil = (file, bytes) => file == ModelFile && served++ == 0 ? Flip(bytes) : bytes;
        List<long> bytes = [];

        await CreateStore().GetAsync(HubServer.Repository, progress: new Inline(report => bytes.Add(report.BytesReceived)));

        Assert.Equal(bytes.Order(), bytes);
        Assert.Equal(Server.Files.Values.Sum(file => (long)file.Length), bytes[^1]);
    }

    [Fact]
    public async Task GetAsync_ServerFallsSilent_IsGivenUp()
    {
        var time = new FakeTimeProvider();
        var come = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Server.StopAfter = (3_000_000, static context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var progress = new Inline(report =>
        {
            if (report.BytesReceived > 2_000_000)
            {
                come.TrySetResult();
            }
        });
        ModelStore store = CreateStore(options => (options.Timeout, options.MaxRetries) = (TimeSpan.FromSeconds(90), 0), time);
        Task<string> fetching = store.GetAsync(HubServer.Repository, progress: progress);
        await come.Task;

        // The read under way may begin its wait after one step of the clock, but not after all of them.
        while (!fetching.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(90));
            await Task.WhenAny(fetching, Task.Delay(10));
        }

        var exception = await Assert.ThrowsAnyAsync<RelevanceScoringException>(() => fetching);
        Assert.True(exception.IsTransient);
        Assert.Equal(
            $"'{Server.Endpoint}{HubServer.Repository}/resolve/{HubServer.Commit}/{ModelFile}' was silent for 90 s. " +
            "Check Reranking:ModelStore:Endpoint and the network, or raise Reranking:ModelStore:Timeout.",
            exception.Message);
    }

    private static byte[] Flip(byte[] bytes)
    {
        byte[] copy = [.. bytes];
        copy[copy.Length / 2] ^= 1;
        return copy;
    }
}
