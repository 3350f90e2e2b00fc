using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Data;
using Reranking.VectorData.Tests;

namespace Reranking.SemanticKernel.Tests;

public sealed class RerankingKernelBuilderExtensionsTests
{
    private const string Query = "reset the password";

    private static readonly string[] Texts = ["invoices", "the network", "open the page to reset the password"];

    [Fact]
    public async Task AddFunctionReranking_NamedFunction_IsRerankedByTheRerankerOfTheServices()
    {
        IKernelBuilder builder = NewBuilder();
        Assert.Same(builder, builder.AddFunctionReranking(static options => options.AddFunction("Web", "Find")));
        builder.Plugins.AddFromFunctions("Web", [KernelFunctionFactory.CreateFromMethod((string query, int count) => Texts.Take(count).ToList(), "Find")]);

        Assert.Equal([Texts[2]], (await builder.Build().InvokeAsync<List<string>>("Web", "Find", new() { ["query"] = Query, ["count"] = 1 }))!);
    }

    [Fact]
    public async Task AddFunctionReranking_Twice_AddsUp()
    {
        IKernelBuilder builder = NewBuilder().AddFunctionReranking(static options => options.AddFunction("Web", "Find"))
            .AddFunctionReranking(static options => options.AddFunction("Web", "Look"));
        Delegate find = (string query, int count) => Texts.Take(count).ToList();
        builder.Plugins.AddFromFunctions("Web", [KernelFunctionFactory.CreateFromMethod(find, "Find"), KernelFunctionFactory.CreateFromMethod(find, "Look")]);
        Kernel kernel = builder.Build();

        Assert.Equal([Texts[2]], (await kernel.InvokeAsync<List<string>>("Web", "Find", new() { ["query"] = Query, ["count"] = 1 }))!);
        Assert.Equal([Texts[2]], (await kernel.InvokeAsync<List<string>>("Web", "Look", new() { ["query"] = Query, ["count"] = 1 }))!);
    }

    [Fact]
    public async Task AddFunctionReranking_Logger_IsTheOneOfTheServices()
    {
        using var provider = new FakeLoggerProvider();
        IKernelBuilder builder = NewBuilder().AddFunctionReranking(static options => options.AddFunction("Web", "Find"));
        builder.Services.AddLogging(logging => logging.AddProvider(provider));
        builder.Plugins.AddFromFunctions("Web", [KernelFunctionFactory.CreateFromMethod((string query) => "one text", "Find")]);
        await builder.Build().InvokeAsync("Web", "Find", new() { ["query"] = Query });

        Assert.Contains(provider.Collector.GetSnapshot(), static record => record.Category == typeof(RerankingFunctionFilter).FullName && record.Id.Id == 100);
    }

    [Fact]
    public void AddFunctionReranking_NoFunction_Throws()
    {
        ArgumentException thrown = Assert.Throws<ArgumentException>("configure", () => NewBuilder().AddFunctionReranking(static _ => { }));

        Assert.Equal(
            "No function was named, so nothing would be reranked; expected one or more. Name them with AddFunction. (Parameter 'configure')",
            thrown.Message);
    }

    [Fact]
    public void AddFunctionReranking_NoReranker_SaysWhatIsMissing()
    {
        IKernelBuilder builder = Kernel.CreateBuilder().AddFunctionReranking(static options => options.AddFunction("Web", "Find"));
        InvalidOperationException thrown = Assert.Throws<InvalidOperationException>(() => builder.Build());

        Assert.Equal(
            "No Reranker is registered in the services of the kernel, and reranking needs one. Add one with builder.AddReranking().",
            thrown.Message);
    }

    [Fact]
    public async Task AddRerankedTextSearch_Search_IsOneForAllItsInterfaces()
    {
        IKernelBuilder builder = NewBuilder().AddRerankedTextSearch(
            static _ => new ArticleSearch(Texts.Select(static text => new Article(text, text))),
            new RerankedTextSearchOptions<Article> { Reranking = new() { CandidateCount = 2 } });
        Kernel kernel = builder.Build();
        RerankedTextSearch<Article> search = kernel.GetRequiredService<RerankedTextSearch<Article>>();

        Assert.Same(search, kernel.GetRequiredService<ITextSearch<Article>>());
        Assert.Same(search, kernel.GetRequiredService<ITextSearch>());
        Assert.Equal([Texts[1]], await (await search.SearchAsync(Query, new TextSearchOptions<Article> { Top = 1 })).Results.ToArrayAsync());
    }

    [Fact]
    public async Task AddRerankedSearch_Plugin_SearchesTheRegisteredSearch()
    {
        IKernelBuilder builder = NewBuilder().AddRerankedTextSearch(static _ => new ArticleSearch(Texts.Select(static text => new Article(text, text))));
        Assert.Same(
            builder.Plugins,
            builder.Plugins.AddRerankedSearch("Help", new RerankedSearchPluginOptions<Article> { Description = "Searches the help center." }));
        Kernel kernel = builder.Build();

        Assert.Equal("Searches the help center.", kernel.Plugins["Help"]["Search"].Description);
        Assert.Equal([Texts[2]], (await kernel.InvokeAsync<List<string>>("Help", "Search", new() { ["query"] = Query, ["count"] = 1 }))!);
    }

    [Fact]
    public void Extensions_NullArguments_Throws()
    {
        IKernelBuilder builder = NewBuilder();
        Assert.Throws<ArgumentNullException>("builder", () => RerankingKernelBuilderExtensions.AddFunctionReranking(null!, static _ => { }));
        Assert.Throws<ArgumentNullException>("configure", () => builder.AddFunctionReranking(null!));
        Assert.Throws<ArgumentNullException>("builder", () => RerankingKernelBuilderExtensions.AddRerankedTextSearch(null!, static _ => new ArticleSearch()));
        Assert.Throws<ArgumentNullException>("searchFactory", () => builder.AddRerankedTextSearch<Article>(null!));
        Assert.Throws<ArgumentNullException>("plugins", () => RerankingKernelBuilderExtensions.AddRerankedSearch<Article>(null!, "Help"));
        Assert.Throws<ArgumentNullException>("pluginName", () => builder.Plugins.AddRerankedSearch<Article>(null!));
    }

    private static IKernelBuilder NewBuilder()
    {
        IKernelBuilder builder = Kernel.CreateBuilder();
        builder.AddReranking().AddScorer(static _ => new WordOverlapScorer());
        return builder;
    }
}
