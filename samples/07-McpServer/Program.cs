using McpServer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RagChat.Knowledge;
using RagChat.Retrieval;
using Reranking.Onnx;

// dotnet run              Streamable HTTP, stateless, at http://127.0.0.1:3001/mcp
// dotnet run -- --stdio   over standard input and output, as editors and desktop apps start it
using var embeddings = new OnnxEmbeddingGenerator(new OnnxEmbeddingGeneratorOptions
{
    ModelPath = Path.Combine(AppContext.BaseDirectory, "models", "bge-small-en-v1.5-int8"),
    QueryPrefix = "Represent this sentence for searching relevant passages: ",
});
IReadOnlyList<Passage> passages = HelpCenter.ReadPassages(Path.Combine(AppContext.BaseDirectory, "knowledge"));
using PassageIndex index = await PassageIndex.BuildAsync(passages, embeddings);

if (args.Contains("--stdio"))
{
    HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
    builder.Logging.ClearProviders().AddConsole(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);   // output is the protocol's
    AddSearch(builder.Services).WithStdioServerTransport();
    await builder.Build().RunAsync();
}
else
{
    WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
    builder.Configuration["AllowedHosts"] = "localhost;127.0.0.1;[::1]";   // a page of a browser may reach loopback by a name of its own
    builder.WebHost.UseUrls(builder.Configuration["urls"] ?? "http://127.0.0.1:3001");
    AddSearch(builder.Services).WithHttpTransport(static http => http.Stateless = true);   // nothing is kept, so any number of replicas will do
    WebApplication app = builder.Build();
    app.MapMcp("/mcp");
    await app.RunAsync();
}

// A tool that reranks would have to be given 50 passages through the model's context. One that searches and reranks returns the three that answer.
IMcpServerBuilder AddSearch(IServiceCollection services)
{
    services.AddReranking(static options => options.Timeout = TimeSpan.FromMinutes(2)).AddOnnx();
    services.AddSingleton(index);
    return services.AddMcpServer().WithTools<SearchTool>();
}
