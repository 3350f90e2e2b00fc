using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Reranking.Http;
using Reranking.Onnx;

namespace Reranking.Architecture.Tests;

/// <summary>A plain number is one of days for .NET, and who writes it means seconds: each time that the configuration has refuses it.</summary>
public sealed class TimeSettingTests
{
    private static readonly (string Setting, string Property)[] Settings =
    [
        ("Reranking:Timeout", "RerankingOptions.Timeout"),
        ("Reranking:Shadow:Timeout", "ShadowRelevanceScorerOptions.Timeout"),
        ("Reranking:Scorers:hosted:Timeout", "HttpScorerOptions.Timeout"),
        ("Reranking:Scorers:hosted:AttemptTimeout", "HttpScorerOptions.AttemptTimeout"),
        ("Reranking:ModelStore:Timeout", "ModelStoreOptions.Timeout"),
        ("RerankingServer:RequestTimeout", "RerankingServerOptions.RequestTimeout"),
    ];

    // No configuration of ours has these: the application passes them in code.
    private static readonly string[] InCode =
    [
        "CachingRelevanceScorerOptions.CacheTimeout", "CachingRelevanceScorerOptions.Expiration", "CachingRelevanceScorerOptions.LocalExpiration",
        "CondensingQueryBuilderOptions.Timeout",
        "RelevanceScoringOptions.Timeout",
    ];

    public static TheoryData<string, string> PlainNumbers =>
        [.. Settings.SelectMany(static setting => ((string[])["2", "0", " 30 "]).Select(value => (setting.Setting, value)))];

    [Theory]
    [MemberData(nameof(PlainNumbers))]
    public async Task Start_PlainNumberAsATime_IsRefused(string setting, string value)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Reranking:Use"] = "hosted",
            ["Reranking:Shadow:Use"] = "other",
            ["Reranking:Scorers:hosted:Provider"] = "Vllm",
            ["Reranking:Scorers:hosted:Endpoint"] = "http://localhost:1",
            ["Reranking:Scorers:other:Provider"] = "Vllm",
            ["Reranking:Scorers:other:Endpoint"] = "http://localhost:2",
            [setting] = value,
        });
        builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddHttp().AddOnnx();
        builder.Services.AddRerankingServer(builder.Configuration.GetSection("RerankingServer"));
        using IHost host = builder.Build();

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        string expected = $"{setting} is '{value}'; expected a time as hours:minutes:seconds, such as 00:00:02";
        Assert.Contains(exception.Failures, failure => failure.StartsWith(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Settings_AreAllTimesOfOptions()
    {
        Assembly[] assemblies =
        [
            typeof(Reranker).Assembly, typeof(HttpScorerOptions).Assembly, typeof(OnnxScorerOptions).Assembly, typeof(RerankingServerOptions).Assembly,
            typeof(CondensingQueryBuilderOptions).Assembly,
        ];
        IEnumerable<string> times = assemblies
            .SelectMany(static assembly => assembly.GetExportedTypes())
            .Where(static type => type.Name.EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(static type => type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly))
            .Where(static property => (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) == typeof(TimeSpan))
            .Select(static property => $"{property.DeclaringType!.Name}.{property.Name}");

        Assert.Equal(Settings.Select(static setting => setting.Property).Concat(InCode).Order(), times.Order());
    }
}
