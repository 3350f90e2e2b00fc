using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Reranking.Http.Tests;

namespace Reranking.Onnx.Tests;

/// <summary>The token, and secrets in the address of the endpoint, reach no log and no exception, whatever the endpoint echoes and wherever.</summary>
public sealed class ModelStorePrivacyTests : IDisposable
{
    private const string Token = "hf_Zanzibar0123456789";
    private const string UrlSecret = "Quetzalcoatl98765";

    private static readonly Dictionary<string, Func<string, StubResponse>> Places = new(MalformedResponses.WithEcho)
    {
        ["Retry-After"] = static echo => StubResponse.Of(429, headers: $"Retry-After: {echo}\r\n"),
        ["Content-Type"] = static echo => StubResponse.Of(200, "{}", $"Content-Type: text/{echo}\r\n"),
        ["ETag"] = static echo => StubResponse.Of(200, "{}", $"ETag: \"{echo}\"\r\n"),
        ["linked ETag"] = static echo => StubResponse.Of(200, "{}", $"X-Linked-Etag: \"{echo}\"\r\nX-Linked-Size: 2\r\n"),
        ["linked size"] = static echo => StubResponse.Of(200, "{}", $"X-Linked-Etag: \"a\"\r\nX-Linked-Size: {echo}\r\n"),
        ["commit"] = static echo => StubResponse.Of(200, "{}", $"X-Repo-Commit: {echo}\r\n"),
        ["error code"] = static echo => StubResponse.Of(401, "{}", $"X-Error-Code: {echo}\r\nX-Error-Message: {echo}\r\n"),
        ["redirect to a host"] = static echo => StubResponse.Of(307, headers: $"Location: http://{echo.Replace('_', '-')}.example/\r\n"),
        ["redirect to a user"] = static echo => StubResponse.Of(302, headers: $"Location: http://{echo}:{echo}@other.example/\r\n"),
        ["redirect to a path"] = static echo => StubResponse.Of(308, headers: $"Location: http://other.example/{echo}?{echo}\r\n"),
        ["redirect to a scheme"] = static echo => StubResponse.Of(307, headers: $"Location: {echo.Replace('_', '-')}://other/\r\n"),
        ["redirects without end"] = static echo => StubResponse.Of(307, headers: $"Location: /{echo}?{echo}\r\n"),
        ["page"] = static echo => StubResponse.Of(200, $"<html>{echo}", "Content-Type: text/html\r\n"),
        ["page without its type"] = static echo => StubResponse.Of(200, $"<html>{echo}"),
        ["JSON that is no configuration"] = static echo => StubResponse.Of(200, $$"""{"error":"{{echo}}"}"""),
        ["cut body"] = static echo => StubResponse.Partial($$"""{"error":"{{echo}}"""),
    };

    private readonly TemporaryFolder _cache = new();

    public static TheoryData<string> PlaceNames => [.. Places.Keys];

    public void Dispose() => _cache.Dispose();

    [Theory]
    [MemberData(nameof(PlaceNames))]
    public async Task GetAsync_EchoAnywhere_IsHeardNowhere(string place)
    {
        foreach (string echo in (string[])[Token, UrlSecret])
        {
            using var sinks = new Sinks();
            await using var server = new StubServer(Places[place](echo));
            using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(sinks));
            using var store = new ModelStore(
                new ModelStoreOptions
                {
                    Endpoint = new Uri($"{server.Address}/{UrlSecret}/hub/"),
                    CacheFolder = _cache.Path,
                    Token = Token,
                    Timeout = TimeSpan.FromHours(1),
                    MaxRetries = 1,
                },
                httpClient: null,
                loggers.CreateLogger<ModelStore>(),
                new ImpatientTimeProvider());

            Exception? failure = await Record.ExceptionAsync(() => store.GetAsync(HubServer.Repository));

            Assert.IsAssignableFrom<RelevanceScoringException>(failure);
            Assert.NotEmpty(server.Requests);
            sinks.Hear(failure);
            sinks.AssertSilentAbout(Token, UrlSecret, "Zanzibar", "Quetzalcoatl");
        }
    }

    [Fact]
    public async Task GetAsync_KeyInThePathOfTheEndpoint_IsInNoLogAndNoFile()
    {
        using var sinks = new Sinks();
        await using HubServer server = await HubServer.StartAsync();
        using ILoggerFactory loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(sinks));
        using var store = new ModelStore(
            new ModelStoreOptions { Endpoint = new Uri(server.Endpoint, $"/{UrlSecret}/hub"), CacheFolder = _cache.Path, Token = Token },
            logger: loggers.CreateLogger<ModelStore>());

        string folder = await store.GetAsync(HubServer.Repository);

        Assert.All(server.Requests, static request => Assert.StartsWith($"/{UrlSecret}/hub/{HubServer.Repository}/", request.Path, StringComparison.Ordinal));
        sinks.Hear(await File.ReadAllTextAsync(Path.Combine(folder, "reranking-model.json")));
        Assert.Contains(sinks.Said, static said => said.Contains("/...", StringComparison.Ordinal));
        sinks.AssertSilentAbout(Token, UrlSecret, "Zanzibar", "Quetzalcoatl");
    }

    [Theory]
    [InlineData("https://me:Quetzalcoatl98765@hub.example:99999/")]
    [InlineData("https://Quetzalcoatl98765 hub/")]
    [InlineData("https://[Quetzalcoatl98765/")]
    [InlineData("Quetzalcoatl98765")]
    public void AddModelStore_SectionWithNoAddress_DoesNotShowIt(string endpoint)
    {
        IConfigurationSection section = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Models:Endpoint"] = endpoint }).Build().GetSection("Models");
        using ServiceProvider services = new ServiceCollection().AddModelStore(section).BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<ModelStoreOptions>>().Value);

        Assert.Equal("Models:Endpoint is not an address; expected one such as https://huggingface.co.", Assert.Single(failure.Failures));
        Assert.DoesNotContain("Quetzalcoatl", $"{failure}", StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("https://hub.example/?token=Quetzalcoatl98765")]
    [InlineData("https://hub.example/#Quetzalcoatl98765")]
    [InlineData("https://me:Quetzalcoatl98765@hub.example/")]
    [InlineData("http://me:Quetzalcoatl98765@hub.example/Quetzalcoatl98765?Quetzalcoatl98765#Quetzalcoatl98765")]
    [InlineData("http://hub.example/Quetzalcoatl98765/")]
    [InlineData("ftp://me:Quetzalcoatl98765@hub.example/")]
    [InlineData("Quetzalcoatl98765")]
    public void Endpoint_WithASecret_IsNotShown(string endpoint)
    {
        Exception? failure = Record.Exception(() => new ModelStore(new ModelStoreOptions { Endpoint = new Uri(endpoint, UriKind.RelativeOrAbsolute) }));

        Assert.Contains("Reranking:ModelStore:Endpoint", Assert.IsType<ArgumentException>(failure).Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Quetzalcoatl", $"{failure}", StringComparison.OrdinalIgnoreCase);
    }
}
