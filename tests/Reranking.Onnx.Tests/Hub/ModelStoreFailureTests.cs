using System.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Reranking.Onnx.Tests;

/// <summary>What the endpoint, the network and the disk may do, and what the messages say then.</summary>
public sealed class ModelStoreFailureTests : ModelStoreTestBase
{
    private string ConfigUri => $"{Server.Endpoint}{HubServer.Repository}/resolve/main/config.json";

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public async Task GetAsync_Denied_NamesTheTokenAndThePageOfTheModel(int status)
    {
        AnswerWith(status, "config.json");

        RelevanceScoringException exception = await FailureAsync(CreateStore(options => options.Token = "hf_secret"));

        Assert.Equal(
            $"'{ConfigUri}' returned {status}: model 'tests/tiny-reranker' is private, gated or misspelled, or the token is not valid for it. " +
            $"Accept its conditions at '{Server.Endpoint}tests/tiny-reranker' and set Reranking:ModelStore:Token.",
            exception.Message);
        Assert.False(exception.IsTransient);
        Assert.Equal("Bearer hf_secret", Assert.Single(Server.Requests).Authorization);
        Assert.DoesNotContain(Logger.Collector.GetSnapshot(), line => line.Message.Contains("hf_secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task GetAsync_FileMissing_NamesModelFileAndRevision()
    {
        Assert.Equal(
            $"Model 'tests/tiny-reranker' has no file 'onnx/other.onnx' at revision '{HubServer.Commit}' " +
            $"('{Server.Endpoint}tests/tiny-reranker/resolve/{HubServer.Commit}/onnx/other.onnx' returned 404). " +
            "Check the settings Model, Revision and ModelFile.",
            (await FailureAsync(CreateStore(), modelFile: "onnx/other.onnx")).Message);
        Assert.Empty(Server.Gets);   // found out before anything is downloaded
    }

    [Fact]
    public async Task GetAsync_FileGoneBetweenAskingAndFetching_NamesIt()
    {
        AnswerWith(404, ModelFile, "GET");

        Assert.StartsWith(
            $"Model 'tests/tiny-reranker' has no file '{ModelFile}' at revision", (await FailureAsync(CreateStore())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetAsync_TooManyRequests_WaitsAsLongAsAsked()
    {
        int left = 2;
        Server.Instead = (context, file) =>
        {
            if (file != ModelFile || context.Request.Method != "GET" || left-- == 0)
            {
                return Task.FromResult(false);
            }

            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "7";
            return Task.FromResult(true);
        };

        AssertIsTheModel(await CreateStore().GetAsync(HubServer.Repository));

        Assert.Equal([TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(7)], Time.Delays);
        Assert.Equal(
            Enumerable.Repeat(
                $"'{Server.Endpoint}tests/tiny-reranker/resolve/{HubServer.Commit}/{ModelFile}' returned 429. " +
                "Check Reranking:ModelStore:Endpoint, or try later. Trying again in 7 s.",
                2),
            Logger.Collector.GetSnapshot().Where(line => line.Id.Id == 83).Select(line => line.Message));
    }

    [Fact]
    public async Task GetAsync_AskedToWaitUntilADateLongAhead_FailsAtOnce()
    {
        Server.Instead = (context, _) =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers.RetryAfter = Time.GetUtcNow().AddHours(1).ToString("r");
            return Task.FromResult(true);
        };

        RelevanceScoringException exception = await FailureAsync(CreateStore());

        Assert.Equal($"'{ConfigUri}' returned 503. Check Reranking:ModelStore:Endpoint, or try later.", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.Empty(Time.Delays);
    }

    [Theory]
    [InlineData(408)]
    [InlineData(500)]
    [InlineData(502)]
    public async Task GetAsync_KeepsFailing_WaitsTwiceAsLongEachTimeAndGivesUp(int status)
    {
        AnswerWith(status, "config.json");

        RelevanceScoringException exception = await FailureAsync(CreateStore(options => options.MaxRetries = 7));

        Assert.Equal($"'{ConfigUri}' returned {status}. Check Reranking:ModelStore:Endpoint, or try later.", exception.Message);
        Assert.True(exception.IsTransient);
        Assert.Equal([1, 2, 4, 8, 16, 30, 30], Time.Delays.Select(delay => delay.TotalSeconds));
    }

    [Fact]
    public async Task GetAsync_CutAfterEachGain_IsNotGivenUp()
    {
        // Four cuts with one retry: each gains a part, so each begins the count anew.
        Server.StopAfter = (1_000_000, null);

        AssertIsTheModel(await CreateStore(options => options.MaxRetries = 1).GetAsync(HubServer.Repository));

        Assert.Equal(Enumerable.Repeat(TimeSpan.FromSeconds(1), 4), Time.Delays);
        Assert.Equal(
            $"'{Server.Endpoint}tests/tiny-reranker/resolve/{HubServer.Commit}/{ModelFile}' ended after 1000000 of {Server.Files[ModelFile].Length} bytes. " +
            "Check the network. Trying again in 1 s.",
            Logger.Collector.GetSnapshot().First(line => line.Id.Id == 83).Message);
    }

    [Fact]
    public async Task GetAsync_UnknownStatus_SaysSo()
    {
        AnswerWith(418, "config.json");

        Assert.Equal($"'{ConfigUri}' returned 418; expected the file. Check Reranking:ModelStore:Endpoint.", (await FailureAsync(CreateStore())).Message);
    }

    [Fact]
    public async Task GetAsync_NobodyListens_NamesTheEndpoint()
    {
        Uri endpoint = Server.Endpoint;
        await Server.DisposeAsync();

        RelevanceScoringException exception = await FailureAsync(CreateStore(options => options.Endpoint = endpoint));

        Assert.True(exception.IsTransient);
        Assert.Equal($"'{ConfigUri}' can't be reached (ConnectionError). Check Reranking:ModelStore:Endpoint and the network.", exception.Message);
        Assert.IsType<System.Net.Sockets.SocketException>(exception.GetBaseException());   // the text of the operating system
        Assert.Equal(5, Time.Delays.Count);
    }

    [Fact]
    public async Task GetAsync_NoTlsWhereItIsExpected_FailsAtOnce()
    {
        UriBuilder secure = new(Server.Endpoint) { Scheme = "https" };

        RelevanceScoringException exception = await FailureAsync(CreateStore(options => options.Endpoint = secure.Uri));

        Assert.StartsWith(
            $"'{secure.Uri}{HubServer.Repository}/resolve/main/config.json' can't be reached (SecureConnectionError). ",
            exception.Message,
            StringComparison.Ordinal);
        Assert.Empty(Time.Delays);
    }

    [Fact]
    public async Task GetAsync_RedirectedToAnotherHost_LeavesTheTokenBehind()
    {
        await using HubServer other = await HubServer.StartAsync();
        other.TellsHash = false;
        RedirectModelTo(path => new Uri(other.Endpoint, path).AbsoluteUri);

        string folder = await CreateStore(options => options.Token = "hf_secret").GetAsync(HubServer.Repository);

        AssertIsTheModel(folder);
        Assert.All(Server.Requests, request => Assert.Equal("Bearer hf_secret", request.Authorization));
        HubServerRequest content = Assert.Single(other.Requests);
        Assert.Equal(("GET", ModelFile, null), (content.Method, content.File, content.Authorization));
    }

    [Fact]
    public async Task GetAsync_CutAtAnotherHost_GoesOnWithoutTheNameOfTheContent()
    {
        await using HubServer other = await HubServer.StartAsync();
        other.TellsHash = false;
        RedirectModelTo(path => new Uri(other.Endpoint, path).AbsoluteUri);
        other.StopAfter = (1_000_000, null);

        AssertIsTheModel(await CreateStore().GetAsync(HubServer.Repository));

        Assert.Equal(
            [null, "bytes=1000000-", "bytes=2000000-", "bytes=3000000-", "bytes=4000000-"],
            other.Gets.Select(request => request.Range));
        Assert.All(other.Gets, request => Assert.Null(request.IfRange));
    }

    [Fact]
    public async Task GetAsync_RepositoryRenamed_FollowsWithTheToken()
    {
        Server.Instead = (context, _) =>
        {
            bool isOld = context.Request.Path.Value!.StartsWith("/tests/old/", StringComparison.Ordinal);
            if (isOld)
            {
                context.Response.StatusCode = 307;
                context.Response.Headers.Location = context.Request.Path.Value.Replace("/tests/old/", $"/{HubServer.Repository}/", StringComparison.Ordinal);
            }

            return Task.FromResult(isOld);
        };

        AssertIsTheModel(await CreateStore(options => options.Token = "hf_secret").GetAsync("tests/old"));

        Assert.All(Server.Requests, request => Assert.Equal("Bearer hf_secret", request.Authorization));
    }

    [Fact]
    public async Task GetAsync_RedirectedToPlainHttpElsewhere_IsRefused()
    {
        RedirectModelTo(static _ => "http://cdn.invalid/secret?signature=1");

        Assert.Equal(
            $"'{Server.Endpoint}tests/tiny-reranker/resolve/{HubServer.Commit}/{ModelFile}' redirects to an address without https; " +
            "expected one with https. Check Reranking:ModelStore:Endpoint.",
            (await FailureAsync(CreateStore())).Message);
    }

    [Fact]
    public async Task GetAsync_RedirectedInACircle_IsGivenUp()
    {
        Server.Instead = (context, _) =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = context.Request.Path.Value;
            return Task.FromResult(true);
        };

        Assert.Equal($"'{ConfigUri}' led through more than 5 redirects. Check Reranking:ModelStore:Endpoint.", (await FailureAsync(CreateStore())).Message);
    }

    [Fact]
    public async Task GetAsync_FolderIsAFile_NamesTheSetting()
    {
        await File.WriteAllTextAsync(Home, "");

        RelevanceScoringException exception = await FailureAsync(CreateStore());

        Assert.StartsWith($"The folder '{Home}' can't be used: ", exception.Message, StringComparison.Ordinal);
        Assert.EndsWith("Set Reranking:ModelStore:CacheFolder to a folder that this process can write to.", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]    // the endpoint tells the length: nothing is written
    [InlineData(false)]   // it does not: the disk is written full and freed again
    public async Task GetAsync_DiskFull_NamesTheFolderAndGoesOnWhenThereIsRoom(bool tellsLength)
    {
        (Server.TellsLength, Server.TellsHash) = (tellsLength, tellsLength);
        string disk = Cache.File("disk");
        Directory.CreateDirectory(disk);
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && await RunAsync("mount", "-t", "tmpfs", "-o", "size=2m", "none", disk) == 0,
            "A small file system can't be mounted here: it takes Linux and root.");
        try
        {
            ModelStore store = CreateStore(options => options.CacheFolder = disk);
            string folder = Path.Combine(disk, "tests--tiny-reranker", HubServer.Commit);

            var exception = await Assert.ThrowsAnyAsync<RelevanceScoringException>(() => store.GetAsync(HubServer.Repository));

            string needed = tellsLength ? $"{Server.Files[ModelFile].Length:N0} bytes" : "more bytes than are free";
            Assert.Equal(
                string.Create(
                    System.Globalization.CultureInfo.InvariantCulture,
                    $"The disk is full: '{ModelFile}' of model 'tests/tiny-reranker' needs {needed} in '{Path.Combine(folder, "onnx")}'. " +
                    $"Make room, or set Reranking:ModelStore:CacheFolder to a folder on another disk."),
                exception.Message);
            Assert.False(exception.IsTransient);
            Assert.True(new DriveInfo(disk).AvailableFreeSpace > 1_000_000);
            Assert.Equal(tellsLength ? 0 : 1, Server.Gets.Count(request => request.File == ModelFile));

            Assert.Equal(0, await RunAsync("mount", "-o", "remount,size=16m", disk));
            AssertIsTheModel(await store.GetAsync(HubServer.Repository));
        }
        finally
        {
            Assert.Equal(0, await RunAsync("umount", disk));
        }
    }

    private static async Task<int> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return -1;   // no such program
        }
    }

    private void AnswerWith(int status, string file, string? method = null) => Server.Instead = (context, asked) =>
    {
        bool isIt = asked == file && (method is null || context.Request.Method == method);
        if (isIt)
        {
            // What a file is may be told even where it is not given.
            context.Response.StatusCode = status;
            context.Response.Headers["X-Linked-Etag"] = "\"0\"";
            context.Response.Headers["X-Linked-Size"] = "1";
        }

        return Task.FromResult(isIt);
    };

    // As the hub does with large files: what the file is, and where it is.
    private void RedirectModelTo(Func<string, string> location) => Server.Instead = (context, file) =>
    {
        if (file != ModelFile)
        {
            return Task.FromResult(false);
        }

        byte[] content = Server.Files[ModelFile];
        context.Response.StatusCode = 302;
        IHeaderDictionary headers = context.Response.Headers;
        headers.Location = location(context.Request.Path.Value!);
        headers["X-Repo-Commit"] = HubServer.Commit;
        headers["X-Linked-Etag"] = $"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content))}\"";
        headers["X-Linked-Size"] = $"{content.Length}";
        return Task.FromResult(true);
    };
}
