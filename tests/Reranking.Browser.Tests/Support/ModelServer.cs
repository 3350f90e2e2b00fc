using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Reranking.AspNetCore.Tests;
using Reranking.Onnx;

[assembly: AssemblyFixture(typeof(Reranking.Browser.Tests.ModelServer))]

namespace Reranking.Browser.Tests;

/// <summary>
/// A server with the playground and the models of the repository; the bundled one has two names, one of which reads long documents in windows.
/// </summary>
public sealed class ModelServer : IAsyncLifetime
{
    private RerankServer? _server;

    internal Uri Address => _server!.Address;

    public async ValueTask InitializeAsync() => _server = await RerankServer.StartAsync(
        add: static builder => builder
            .AddOnnx("minilm")
            .AddOnnx("minilm-windows", static options => options.LongDocuments = LongDocumentMode.Windows)
            .AddOnnx("screening", static options => options.ModelPath = "models/minilm-l4-screening-int8")
            .Use("minilm"),
        map: Map);

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    internal static void Map(WebApplication app)
    {
        app.MapReranking();
        app.MapRerankingPlayground();
    }
}
