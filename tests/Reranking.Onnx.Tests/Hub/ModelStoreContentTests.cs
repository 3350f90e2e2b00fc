using System.Text;
using Microsoft.AspNetCore.Http;

namespace Reranking.Onnx.Tests;

/// <summary>What is not the file is never kept, whatever the status says.</summary>
public sealed class ModelStoreContentTests : ModelStoreTestBase
{
    private const string Html = "<!DOCTYPE html><html><body>Please sign in to the network.</body></html>";
    private const string Error = "{\"error\":\"Repository not found\"}";
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935\nsize 90868376\n";

    [Theory]
    [InlineData("config.json", Html, "is an HTML page")]
    [InlineData("config.json", Error, "is an error in JSON")]
    [InlineData("config.json", Pointer, "is a pointer of Git LFS, not the file itself")]
    [InlineData("config.json", "[]", "is not a JSON object")]
    [InlineData("config.json", "{\"model_type\":\"be", "is not complete JSON")]
    [InlineData("config.json", "", "is empty")]
    [InlineData("tokenizer.json", Html, "is an HTML page")]
    [InlineData("tokenizer.json", Error, "is JSON without the model of a tokenizer")]
    [InlineData("tokenizer.json", Pointer, "is a pointer of Git LFS, not the file itself")]
    [InlineData("tokenizer.json", "{\"model\":{", "is not complete JSON")]
    [InlineData(ModelFile, Html, "is an HTML page")]
    [InlineData(ModelFile, Error, "is JSON, not an ONNX model")]
    [InlineData(ModelFile, Pointer, "is a pointer of Git LFS, not the file itself")]
    [InlineData(ModelFile, "Not Found", "is not a complete ONNX model")]
    [InlineData(ModelFile, "", "is empty")]
    public async Task GetAsync_SomethingElseWithStatus200_IsNotKept(string file, string content, string problem)
    {
        (Server.TellsLength, Server.TellsHash) = (false, false);
        Server.Spoil = (asked, bytes) => asked == file ? Encoding.UTF8.GetBytes(content) : bytes;
        ModelStore store = CreateStore();

        RelevanceScoringException exception = await FailureAsync(store);

        Assert.Equal(NotTheFile(file, problem), exception.Message);
        Assert.False(exception.IsTransient);
        await AssertNothingIsLeftAndItMendsAsync(store, file);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1_000)]
    [InlineData(1_000_000)]
    public async Task GetAsync_ModelCutShortWithoutAWordOfItsLength_IsNotKept(int missing)
    {
        (Server.TellsLength, Server.TellsHash) = (false, false);
        Server.Spoil = (asked, bytes) => asked == ModelFile ? bytes[..^missing] : bytes;
        ModelStore store = CreateStore();

        RelevanceScoringException exception = await FailureAsync(store);

        Assert.Equal(NotTheFile(ModelFile, "is not a complete ONNX model"), exception.Message);
        await AssertNothingIsLeftAndItMendsAsync(store, ModelFile);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("text/html; charset=utf-8")]
    [InlineData("TEXT/HTML")]
    [InlineData("application/xhtml+xml")]
    public async Task GetAsync_SignInPageForEveryAddress_IsRefusedAtTheFirst(string type)
    {
        Server.Instead = (context, _) => AnswerAsync(context, type, Html);
        ModelStore store = CreateStore();

        Assert.Equal(
            $"'{Server.Endpoint}{HubServer.Repository}/resolve/main/config.json' is an HTML page; expected 'config.json' of model '{HubServer.Repository}'. "
            + "Nothing of it was kept. Check Reranking:ModelStore:Endpoint and the proxies between it and this machine.",
            (await FailureAsync(store)).Message);
        Assert.Single(Server.Requests);
        await AssertNothingIsLeftAndItMendsAsync(store, "config.json");
    }

    [Fact]
    public async Task GetAsync_PageOnlyWhereTheFileIsFetched_IsRefusedUnread()
    {
        Server.Instead = (context, file) =>
            file == ModelFile && context.Request.Method == "GET" ? AnswerAsync(context, "text/html", Html) : Task.FromResult(false);
        ModelStore store = CreateStore();

        Assert.Equal(NotTheFile(ModelFile, "is an HTML page"), (await FailureAsync(store)).Message);
        await AssertNothingIsLeftAndItMendsAsync(store, ModelFile);
    }

    [Fact]
    public async Task GetAsync_MoreThanItSaidItHas_StopsThere()
    {
        Server.TellsHash = false;
        Server.Instead = async (context, file) =>
        {
            if (file != ModelFile)
            {
                return false;
            }

            context.Response.Headers["X-Repo-Commit"] = HubServer.Commit;
            if (context.Request.Method == "HEAD")
            {
                context.Response.ContentLength = 100;
                return true;
            }

            byte[] bytes = new byte[1 << 16];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(bytes);
            }

            return true;
        };
        using var counter = new ReadCounter();
        using var client = new HttpClient(counter);
        ModelStore store = CreateStore(httpClient: client);

        Assert.Equal(NotTheFile(ModelFile, "sends more than the 100 bytes that it said it has"), (await FailureAsync(store)).Message);
        Assert.InRange(counter.MostOfAResponse, 101, 1 << 20);   // a read of a buffer, and no more
        await AssertNothingIsLeftAndItMendsAsync(store, ModelFile);
    }

    [Fact]
    public async Task GetAsync_EndlessJsonOfUnknownLength_StopsWhereNoFileOfItsKindGoes()
    {
        Server.TellsLength = false;
        Server.Instead = async (context, file) =>
        {
            if (file != "config.json" || context.Request.Method == "HEAD")
            {
                return false;
            }

            byte[] blanks = new byte[1 << 20];
            Array.Fill(blanks, (byte)' ');
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(blanks);
            }

            return true;
        };
        ModelStore store = CreateStore();

        Assert.Equal(NotTheFile("config.json", "has more than 134217728 bytes, which no such file has"), (await FailureAsync(store)).Message);
        await AssertNothingIsLeftAndItMendsAsync(store, "config.json");
    }

    [Theory]
    [InlineData("9223372036854775807")]
    [InlineData("68719476737")]
    public async Task GetAsync_LengthThatNoFileHas_IsRefusedUnread(string length)
    {
        Server.Files[ModelFile + "_data"] = new byte[10];
        Server.Instead = (context, file) =>
        {
            bool isLarge = file.StartsWith(ModelFile, StringComparison.Ordinal) && context.Request.Method == "HEAD";
            if (isLarge)
            {
                context.Response.Headers["X-Repo-Commit"] = HubServer.Commit;
                context.Response.Headers["X-Linked-Etag"] = $"\"{new string('0', 64)}\"";
                context.Response.Headers["X-Linked-Size"] = length;
            }

            return Task.FromResult(isLarge);
        };
        ModelStore store = CreateStore();

        Assert.Equal(NotTheFile(ModelFile, $"has {length} bytes, which no such file has"), (await FailureAsync(store)).Message);
        Assert.DoesNotContain(Server.Gets, request => request.File == ModelFile);
        Server.Files.Remove(ModelFile + "_data");
        await AssertNothingIsLeftAndItMendsAsync(store, ModelFile);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("-9223372036854775808")]
    [InlineData("+5")]
    [InlineData("1e3")]
    [InlineData("99999999999999999999")]
    [InlineData("")]
    public async Task GetAsync_LengthThatIsNone_IsNotTaken(string length)
    {
        Server.Instead = (context, file) =>
        {
            context.Response.Headers["X-Linked-Etag"] = "\"tag\"";
            context.Response.Headers["X-Linked-Size"] = length;
            return Task.FromResult(false);
        };
        Server.TellsHash = false;

        AssertIsTheModel(await CreateStore().GetAsync(HubServer.Repository));
    }

    [Theory]
    [InlineData("http://[")]
    [InlineData("https://")]
    [InlineData("http:///x")]
    [InlineData("\\\\host\\share")]
    [InlineData("javascript:alert(1)")]
    public async Task GetAsync_RedirectToNowhere_IsRefused(string location)
    {
        Server.Instead = (context, _) =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = location;
            return Task.FromResult(true);
        };

        string message = (await FailureAsync(CreateStore())).Message;

        Assert.Contains("redirects to", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GetAsync_FileOfAnOlderVersionThatIsNotTheFile_IsFetchedAgain()
    {
        // The page was kept by whoever wrote the folder; there is no manifest, so the folder is not complete.
        (Server.TellsLength, Server.TellsHash) = (false, false);
        Directory.CreateDirectory(Path.Combine(Folder, "onnx"));
        await File.WriteAllTextAsync(Path.Combine(Folder, "config.json"), Html);
        await File.WriteAllTextAsync(Path.Combine(Folder, ModelFile), Error);

        AssertIsTheModel(await CreateStore().GetAsync(HubServer.Repository));
    }

    [Fact]
    public async Task GetAsync_AnyFaultsInAnyOrder_ThrowsOnlyOursAndKeepsOnlyTheModel()
    {
        var random = new Random(12);
        (Server.TellsLength, Server.TellsHash) = (false, false);
        int succeeded = 0;
        for (int round = 0; round < 80; round++)
        {
            ModelStore store = CreateStore(options => options.MaxRetries = random.Next(3));
            int faults = random.Next(1, 4);
            Server.Instead = (context, file) => random.Next(3) == 0 && faults-- > 0 ? FaultAsync(context, file, random.Next(14)) : Task.FromResult(false);
            try
            {
                AssertIsTheModel(await store.GetAsync(HubServer.Repository));
                succeeded++;
                Directory.Delete(Home, recursive: true);
            }
            catch (RelevanceScoringException)
            {
                Assert.False(File.Exists(Path.Combine(Folder, "reranking-model.json")));
            }
        }

        Server.Instead = static (_, _) => Task.FromResult(false);
        AssertIsTheModel(await CreateStore().GetAsync(HubServer.Repository));
        Assert.Empty(Directory.GetFiles(Cache.Path, "*.part", SearchOption.AllDirectories));
        Assert.InRange(succeeded, 5, 75);
    }

    private async Task<bool> FaultAsync(HttpContext context, string file, int kind)
    {
        byte[] content = Server.Files.GetValueOrDefault(file) ?? [];
        switch (kind)
        {
            case < 5:
                context.Response.StatusCode = kind switch { 0 => 500, 1 => 429, 2 => 404, 3 => 401, _ => 418 };
                return true;
            case 5:
                context.Abort();
                return true;
            case 6:
                context.Response.StatusCode = 302;
                context.Response.Headers.Location = "http://[";
                return true;
            case 7:
                return await AnswerAsync(context, "text/html", Html);
            case 8:
                return await AnswerAsync(context, "application/json", Error);
            case 9:
                return await AnswerAsync(context, "application/octet-stream", Html);
            case 10:
                context.Response.StatusCode = 206;
                context.Response.Headers.ContentRange = "bytes 5-9/3";
                return true;
            case 11:
                context.Response.Headers["X-Linked-Etag"] = "\"0\"";
                context.Response.Headers["X-Linked-Size"] = "9223372036854775807";
                return true;
            case 12:
                context.Response.Headers.ETag = "not quoted";
                context.Response.Headers.RetryAfter = "soon";
                context.Response.StatusCode = 503;
                return true;
            default:
                if (context.Request.Method == "GET")
                {
                    await context.Response.Body.WriteAsync(content.AsMemory(0, content.Length / 2));
                    await context.Response.Body.FlushAsync();
                }

                context.Abort();
                return true;
        }
    }

    private static async Task<bool> AnswerAsync(HttpContext context, string type, string content)
    {
        context.Response.ContentType = type;
        if (context.Request.Method == "GET")
        {
            await context.Response.WriteAsync(content);
        }

        return true;
    }

    private string NotTheFile(string file, string problem) =>
        $"'{Server.Endpoint}{HubServer.Repository}/resolve/{HubServer.Commit}/{file}' {problem}; expected '{file}' of model '{HubServer.Repository}'. "
        + "Nothing of it was kept. Check Reranking:ModelStore:Endpoint and the proxies between it and this machine.";

    private async Task AssertNothingIsLeftAndItMendsAsync(ModelStore store, string file)
    {
        Assert.False(File.Exists(Path.Combine(Folder, file)));
        Assert.Empty(Directory.GetFiles(Cache.Path, "*.part", SearchOption.AllDirectories));
        Server.Instead = static (_, _) => Task.FromResult(false);
        Server.Spoil = static (_, bytes) => bytes;
        AssertIsTheModel(await store.GetAsync(HubServer.Repository));
    }

    /// <summary>Counts what is read of the bodies of responses; what a server writes to a connection that is gone says nothing.</summary>
    private sealed class ReadCounter() : DelegatingHandler(new SocketsHttpHandler { AllowAutoRedirect = false })
    {
        public long MostOfAResponse { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            var counted = new StreamContent(new CountedStream(this, await response.Content.ReadAsStreamAsync(cancellationToken)));
            foreach ((string name, IEnumerable<string> values) in response.Content.Headers)
            {
                counted.Headers.TryAddWithoutValidation(name, values);
            }

            response.Content = counted;
            return response;
        }

        private sealed class CountedStream(ReadCounter counter, Stream inner) : Stream
        {
            private long _read;

            public override bool CanRead => true;

            public override bool CanSeek => false;

            public override bool CanWrite => false;

            public override long Length => throw new NotSupportedException();

            public override long Position { get => _read; set => throw new NotSupportedException(); }

            public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            {
                int read = await inner.ReadAsync(buffer, cancellationToken);
                _read += read;
                counter.MostOfAResponse = Math.Max(counter.MostOfAResponse, _read);
                return read;
            }

            public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

            public override void SetLength(long value) => throw new NotSupportedException();

            public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

            public override void Flush()
            {
            }

            protected override void Dispose(bool disposing)
            {
                if (disposing)
                {
                    inner.Dispose();
                }

                base.Dispose(disposing);
            }
        }
    }
}
