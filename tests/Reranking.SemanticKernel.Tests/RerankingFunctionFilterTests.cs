using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Data;
using Reranking.VectorData.Tests;

namespace Reranking.SemanticKernel.Tests;

public sealed class RerankingFunctionFilterTests
{
    private const string Query = "reset the password";

    private static readonly string[] Texts =
        ["sweat posh tree drops", "the network is open", "invoices come monthly", "the password is long", "call us to reset the password"];

    private readonly WordOverlapScorer _scorer = new();
    private readonly FakeLogger<RerankingFunctionFilter> _logger = new();
    private readonly List<(int Count, int Skip)> _calls = [];
    private readonly RerankingFunctionFilterOptions _options = new RerankingFunctionFilterOptions().AddFunction("Help", "Find");

    [Fact]
    public async Task Invoke_NamedFunction_IsWidenedRerankedAndCutBack()
    {
        List<string>? texts = await InvokeAsync<List<string>>(FindList, new() { ["query"] = Query, ["count"] = 2 });

        Assert.Equal([Texts[4], Texts[3]], texts!);
        Assert.Equal([(50, 0)], _calls);
    }

    [Fact]
    public async Task Invoke_CountNotGiven_IsCutToTheDefaultOfTheFunction()
    {
        List<string>? texts = await InvokeAsync<List<string>>(FindList, new() { ["query"] = Query });

        Assert.Equal([Texts[4], Texts[3]], texts!);
        Assert.Equal([(50, 0)], _calls);
    }

    [Fact]
    public async Task Invoke_Skip_IsAppliedToTheRanking()
    {
        List<string>? texts = await InvokeAsync<List<string>>(FindList, new() { ["query"] = Query, ["count"] = "2", ["skip"] = "1" });

        Assert.Equal([Texts[3], Texts[1]], texts!);
        Assert.Equal([(50, 0)], _calls);
    }

    [Fact]
    public async Task Invoke_PageBeyondCandidateCount_FetchesUpToItsEnd()
    {
        _options.Reranking = new() { CandidateCount = 3 };
        List<string>? texts = await InvokeAsync<List<string>>(FindList, new() { ["query"] = Query, ["count"] = 2, ["skip"] = 2 });

        Assert.Equal([Texts[2], Texts[3]], texts!);
        Assert.Equal([(4, 0)], _calls);
    }

    [Theory]
    [InlineData("Other", "Find")]
    [InlineData("Help", "Other")]
    [InlineData(null, "Find")]
    public async Task Invoke_OtherFunction_IsLeftAlone(string? plugin, string function)
    {
        Kernel kernel = NewKernel();
        KernelFunction find = KernelFunctionFactory.CreateFromMethod(FindList, function);
        find = plugin is null ? find : KernelPluginFactory.CreateFromFunctions(plugin, [find])[function];
        List<string>? texts = await kernel.InvokeAsync<List<string>>(find, new() { ["query"] = Query, ["count"] = 2 });

        Assert.Equal(Texts[..2], texts!);
        Assert.Equal([(2, 0)], _calls);
        Assert.Empty(_scorer.Calls);
    }

    [Fact]
    public async Task Invoke_NameInOtherLetterCase_IsReranked()
    {
        _options.Functions.Clear();
        _options.AddFunction("HELP", "find");

        Assert.Equal([Texts[4]], (await InvokeAsync<List<string>>(FindList, new() { ["query"] = Query, ["count"] = 1 }))!);
    }

    [Fact]
    public async Task Invoke_FunctionOfNoPlugin_IsRerankedWhenNamedSo()
    {
        _options.AddFunction(null, "Find");
        List<string>? texts =
            await NewKernel().InvokeAsync<List<string>>(KernelFunctionFactory.CreateFromMethod(FindList, "Find"), new() { ["query"] = Query, ["count"] = 1 });

        Assert.Equal([Texts[4]], texts!);
    }

    [Fact]
    public async Task Invoke_ArgumentsOfTheCaller_AreAsBefore()
    {
        var given = new KernelArguments { ["query"] = Query, ["count"] = "2", ["skip"] = 1L };
        var none = new KernelArguments { ["query"] = Query };
        await InvokeAsync<List<string>>(FindList, given);
        await InvokeAsync<List<string>>(FindList, none);

        Assert.Equal(new KernelArguments { ["query"] = Query, ["count"] = "2", ["skip"] = 1L }, given);
        Assert.Equal(new KernelArguments { ["query"] = Query }, none);
    }

    [Fact]
    public async Task Invoke_FunctionThrows_PassesItOnAndRestoresTheArguments()
    {
        var failure = new InvalidOperationException("The search is down.");
        var arguments = new KernelArguments { ["query"] = Query, ["count"] = 2, ["skip"] = 1 };
        Delegate find = List<string> (string query, int count, int skip) => throw failure;

        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => InvokeAsync<List<string>>(find, arguments)));
        Assert.Equal(new KernelArguments { ["query"] = Query, ["count"] = 2, ["skip"] = 1 }, arguments);
        Assert.Empty(_scorer.Calls);
    }

    [Fact]
    public void RerankedFunction_NullName_Throws()
    {
        Assert.Throws<ArgumentNullException>("functionName", () => new RerankedFunction("Help", null!));
        Assert.Throws<ArgumentNullException>(nameof(RerankedFunction.QueryArgument), () => new RerankedFunction("Help", "Find") { QueryArgument = null! });
        Assert.Throws<ArgumentNullException>(nameof(RerankedFunction.CountArgument), () => new RerankedFunction("Help", "Find") { CountArgument = null! });
        Assert.Throws<ArgumentNullException>(nameof(RerankedFunction.SkipArgument), () => new RerankedFunction("Help", "Find") { SkipArgument = null! });
    }

    [Fact]
    public async Task Invoke_OtherArgumentNames_AreThoseOfTheOptions()
    {
        _options.Functions.Clear();
        _options.Functions.Add(new RerankedFunction("Help", "Find") { QueryArgument = "question", CountArgument = "top", SkipArgument = "offset" });
        List<string>? texts = await InvokeAsync<List<string>>(
            (string question, int top, int offset, string query) => FindList(question, top, offset),
            new() { ["question"] = Query, ["top"] = 1, ["offset"] = 1, ["query"] = "something else" });

        Assert.Equal([Texts[3]], texts!);
        Assert.Equal([(50, 0)], _calls);
        Assert.Equal(Query, Assert.Single(_scorer.Calls).Query);
    }

    [Fact]
    public async Task Invoke_CountOfOtherTypes_IsWidenedAllTheSame()
    {
        Assert.Equal(
            [Texts[4]],
            (
                await InvokeAsync<List<string>>(
                    (string query, string count) => FindList(query, int.Parse(count, CultureInfo.InvariantCulture)),
                    new() { ["query"] = Query, ["count"] = "1" }))!);
        Assert.Equal(
            [Texts[4]],
            (await InvokeAsync<List<string>>((string query, long count) => FindList(query, (int)count), new() { ["query"] = Query, ["count"] = 1L }))!);
        Assert.Equal([(50, 0), (50, 0)], _calls);
    }

    [Fact]
    public async Task Invoke_NoCountParameter_RerankedAsItComes()
    {
        List<string>? texts = await InvokeAsync<List<string>>((string query) => FindList(query, 4), new() { ["query"] = Query });

        Assert.Equal([Texts[3], Texts[1], Texts[0], Texts[2]], texts!);
    }

    [Fact]
    public async Task Invoke_NoCountParameter_LeavesSkippingToTheFunction()
    {
        List<string>? texts = await InvokeAsync<List<string>>((string query, int skip) => FindList(query, 2, skip), new() { ["query"] = Query, ["skip"] = 2 });

        Assert.Equal([Texts[3], Texts[2]], texts!);
        Assert.Equal([(2, 2)], _calls);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public async Task Invoke_BlankQuery_IsLeftAlone(string? query)
    {
        List<string>? texts =
            await InvokeAsync<List<string>>((int count, string? query = null) => FindList(query ?? "", count), new() { ["query"] = query, ["count"] = 2 });

        Assert.Equal(Texts[..2], texts!);
        Assert.Equal([(2, 0)], _calls);
        Assert.Equal(0, _logger.Collector.Count);
    }

    [Fact]
    public async Task Invoke_NoQueryArgument_IsLeftAloneAndLogged()
    {
        List<string>? texts =
            await InvokeAsync<List<string>>((string question, int count) => FindList(question, count), new() { ["question"] = Query, ["count"] = 2 });

        Assert.Equal(Texts[..2], texts!);
        Assert.Equal([(2, 0)], _calls);
        AssertLogged(
            101,
            "The function Help.Find was called without the argument 'query', so there is no query to rerank by. "
            + "Set RerankedFunction.QueryArgument to the name of the argument that holds it.");
    }

    [Theory]
    [InlineData("count", 0)]
    [InlineData("count", "a few")]
    [InlineData("count", 2.5)]
    [InlineData("skip", -1)]
    [InlineData("skip", "none")]
    public async Task Invoke_NumberThatTheFunctionWillRefuse_IsLeftAloneAndLogged(string name, object value)
    {
        List<string>? texts = await InvokeAsync<List<string>>(
            (string query, object count, object skip) => FindList(query, 2), new() { ["query"] = Query, ["count"] = 1, ["skip"] = 0, [name] = value });

        Assert.Equal(Texts[..2], texts!);
        Assert.Empty(_scorer.Calls);
        AssertLogged(
            103,
            $"The function Help.Find was called with an argument '{name}' that is not a number of results, so its result is not reranked. "
            + "Expected a whole number; set RerankedFunction.CountArgument or SkipArgument to another name if this one means something else.");
    }

    [Fact]
    public async Task Invoke_ConcreteType_Stays()
    {
        var arguments = new KernelArguments { ["query"] = Query, ["count"] = 1 };
        TextSearchResult[] results = [.. Texts.Select(static text => new TextSearchResult(text) { Name = text })];

        Assert.Equal([Texts[4]], Assert.IsType<List<string>>(await InvokeAsync<object>(FindList, arguments)));
        Assert.Equal([Texts[4]], Assert.IsType<string[]>(await InvokeAsync<object>((string query, int count) => Texts, arguments)));
        Assert.Same(
            results[4],
            Assert.Single(Assert.IsType<List<TextSearchResult>>(await InvokeAsync<object>((string query, int count) => results.ToList(), arguments))));
        Assert.Same(results[4], Assert.Single(Assert.IsType<TextSearchResult[]>(await InvokeAsync<object>((string query, int count) => results, arguments))));
        Assert.Equal(
            [Texts[4]],
            Assert.IsType<IEnumerable<string>>(
                await InvokeAsync<object>((string query, int count) => Texts.Select(static text => text), arguments),
                exactMatch: false));
        Assert.Equal(
            [Texts[4]],
            Assert.IsType<IReadOnlyList<string>>(
                await InvokeAsync<object>(IReadOnlyList<string> (string query, int count) => [.. Texts], arguments),
                exactMatch: false));
    }

    [Fact]
    public async Task Invoke_SearchResults_KeepTotalCountAndMetadata()
    {
        var found = new KernelSearchResults<string>(Texts.ToAsyncEnumerable(), 99, new Dictionary<string, object?> { ["source"] = "web" });
        object? value = await InvokeAsync<object>((string query, int count) => found, new() { ["query"] = Query, ["count"] = 1 });

        KernelSearchResults<string> results = Assert.IsType<KernelSearchResults<string>>(value);
        Assert.Equal([Texts[4]], await results.Results.ToArrayAsync());
        Assert.Equal(99, results.TotalCount);
        Assert.Equal("web", results.Metadata!["source"]);
        Assert.Equal([4], results.GetReranking()!.Ranking.Select(static ranked => ranked.Index));

        var objects = new KernelSearchResults<TextSearchResult>(Texts.Select(static text => new TextSearchResult(text)).ToAsyncEnumerable());
        value = await InvokeAsync<object>((string query, int count) => objects, new() { ["query"] = Query, ["count"] = 1 });
        Assert.Equal(Texts[4], (await Assert.IsType<KernelSearchResults<TextSearchResult>>(value).Results.SingleAsync()).Value);
    }

    [Fact]
    public async Task Invoke_AddedItemType_IsReranked()
    {
        _options.AddItemType<Article>(static article => article.Text);
        Article[] articles = [.. Texts.Select(static text => new Article("", text))];
        var arguments = new KernelArguments { ["query"] = Query, ["count"] = 1 };

        Assert.Equal([articles[4]], Assert.IsType<List<Article>>(await InvokeAsync<object>((string query, int count) => articles.ToList(), arguments)));
        Assert.Equal([articles[4]], Assert.IsType<Article[]>(await InvokeAsync<object>((string query, int count) => articles, arguments)));
    }

    [Fact]
    public async Task Invoke_AddedResultType_IsReranked()
    {
        _options.AddResultType<Answer, Article>(
            static answer => answer.Articles, static article => article.Text, static (answer, articles) => answer with { Articles = articles });
        var answer = new Answer("web", [.. Texts.Select(static text => new Article("", text))]);
        Answer? reranked = await InvokeAsync<Answer>((string query, int count) => answer, new() { ["query"] = Query, ["count"] = 1 });

        Assert.Equal(("web", answer.Articles[4]), (reranked!.Source, Assert.Single(reranked.Articles)));
    }

    [Fact]
    public async Task Invoke_ObjectsWithoutText_AreCutInTheirOrder()
    {
        object[] objects = [1, 2, 3];
        object? value = await InvokeAsync<object>((string query, int count) => objects.ToList(), new() { ["query"] = Query, ["count"] = 2 });

        Assert.Equal([1, 2], Assert.IsType<List<object>>(value));
        Assert.Empty(_scorer.Calls);
    }

    [Fact]
    public async Task Invoke_ObjectsWithTextSelector_AreReranked()
    {
        _options.AddItemType<object>(static item => (item as Article)?.Text);
        List<object> articles = [.. Texts.Select(static text => new Article("", text))];
        object? value = await InvokeAsync<object>((string query, int count) => articles, new() { ["query"] = Query, ["count"] = 1 });

        Assert.Equal([articles[4]], Assert.IsType<List<object>>(value));
    }

    [Fact]
    public async Task Invoke_UnknownType_IsWhatItIsWithoutTheFilterAndIsLogged()
    {
        string? text =
            await InvokeAsync<string>((string query, int count) => string.Join('|', FindList(query, count)), new() { ["query"] = Query, ["count"] = 2 });

        Assert.Equal($"{Texts[0]}|{Texts[1]}", text);
        Assert.Equal([(50, 0), (2, 0)], _calls);
        AssertLogged(
            100,
            "The function Help.Find returned a System.String, a type that is not known, so its result is not reranked. "
            + "Add the type with AddItemType or AddResultType of RerankingFunctionFilterOptions.");
    }

    [Fact]
    public async Task Invoke_UnknownTypeOfAFunctionWithoutCount_IsCalledOnce()
    {
        HashSet<string>? texts = await InvokeAsync<HashSet<string>>((string query) => FindList(query, 2).ToHashSet(), new() { ["query"] = Query });

        Assert.Equal(Texts[..2], texts!);
        Assert.Single(_calls);
        Assert.Single(_logger.Collector.GetSnapshot());
    }

    [Fact]
    public async Task Invoke_SequenceOfUnknownItems_IsLeftAlone()
    {
        IEnumerable<Article>? articles = await InvokeAsync<IEnumerable<Article>>(
            (string query, int count) => FindList(query, count).Select(static text => new Article("", text)), new() { ["query"] = Query, ["count"] = 2 });

        Assert.Equal(Texts[..2], articles!.Select(static article => article.Text));
    }

    /// <summary>A list of something is a sequence of its base type too, and would not be one of the derived type any more.</summary>
    [Fact]
    public async Task Invoke_ItemsOfADerivedType_AreLeftAlone()
    {
        _options.AddItemType<object>(static item => $"{item}").AddItemType<ISearchText>(static item => item.Text);
        var arguments = new KernelArguments { ["query"] = Query, ["count"] = 1 };
        HiddenText[] items = [.. Texts.Select(static text => new HiddenText(text))];

        Assert.IsType<List<HiddenText>>(await InvokeAsync<object>((string query, int count) => items.Take(count).ToList(), arguments));
        Assert.IsType<HiddenText[]>(await InvokeAsync<object>((string query, int count) => items.Take(count).ToArray(), arguments));
        Assert.Equal(2, _logger.Collector.Count);
        Assert.Equal([Texts[4]], Assert.IsType<string[]>(await InvokeAsync<object>((string query, int count) => Texts, arguments)));
    }

    [Fact]
    public async Task Invoke_NullResult_StaysNull() =>
        Assert.Null(await InvokeAsync<object>(List<string>? (string query, int count) => null, new() { ["query"] = Query, ["count"] = 2 }));

    [Fact]
    public async Task Invoke_ScorerFails_GivesTheFirstInTheirOrder()
    {
        _scorer.Failure = new RelevanceScoringException("down");

        Assert.Equal(Texts[..2], (await InvokeAsync<List<string>>(FindList, new() { ["query"] = Query, ["count"] = 2 }))!);
    }

    [Fact]
    public async Task Invoke_Canceled_ThrowsAndRestoresTheArguments()
    {
        using var source = new CancellationTokenSource();
        var arguments = new KernelArguments { ["query"] = Query, ["count"] = 2 };
        _scorer.Waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task call = NewKernel(FindList).InvokeAsync("Help", "Find", arguments, source.Token);
        await _scorer.Waiting.Task;
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(2, arguments["count"]);
    }

    [Fact]
    public async Task InvokeStreaming_NamedFunction_IsLeftAlone()
    {
        List<List<string>> items =
            await NewKernel(FindList).InvokeStreamingAsync<List<string>>("Help", "Find", new() { ["query"] = Query, ["count"] = 2 }).ToListAsync();

        Assert.Equal(Texts[..2], Assert.Single(items));
        Assert.Equal([(2, 0)], _calls);
        AssertLogged(102, "The function Help.Find was streamed, so its result is not reranked. Call it with InvokeAsync to have it reranked.");
    }

    [Fact]
    public async Task InvokeStreaming_OtherFunction_IsNotLogged()
    {
        KernelFunction find = KernelFunctionFactory.CreateFromMethod(FindList, "Find");
        await NewKernel().InvokeStreamingAsync<List<string>>(find, new() { ["query"] = Query }).ToListAsync();

        Assert.Equal(0, _logger.Collector.Count);
    }

    /// <summary>Semantic Kernel's functions keep the count of their first call: here that is the raised one.</summary>
    [Fact]
    public async Task Invoke_SemanticKernelsFunction_IsCutToTheCountOfEachCall()
    {
        var search = new ArticleSearch(Texts.Select(static text => new Article(text, text)));
        Kernel kernel = NewKernel();
        kernel.Plugins.Add(new ObsoleteArticleSearch(search).CreateWithSearch("Web"));
        kernel.Plugins.Add(new ObsoleteArticleSearch(search).CreateWithGetTextSearchResults("Named"));
        _options.AddFunction("Web", "Search").AddFunction("Named", "GetTextSearchResults");
        kernel.FunctionInvocationFilters.Clear();
        kernel.FunctionInvocationFilters.Add(NewFilter());
        foreach (int count in (int[])[3, 1, 2])
        {
            var arguments = new KernelArguments { ["query"] = Query, ["count"] = count };
            string[] expected = [Texts[4], Texts[3], Texts[1]];

            Assert.Equal(expected[..count], (await kernel.InvokeAsync<List<string>>("Web", "Search", arguments))!);
            Assert.Equal(
                expected[..count],
                (await kernel.InvokeAsync<List<TextSearchResult>>("Named", "GetTextSearchResults", arguments))!.Select(static result => result.Value));
        }

        Assert.All(search.Calls, static call => Assert.Equal(50, call.Top));
        Assert.Equal([Texts[4], Texts[3]], (await kernel.InvokeAsync<List<string>>("Web", "Search", new() { ["query"] = Query }))!);
    }

    /// <summary>What the filter can't mend: the function was called past it before, and keeps that count.</summary>
    [Fact]
    public async Task Invoke_SemanticKernelsFunctionCalledPastTheFilterBefore_RanksNoMoreThanThat()
    {
        KernelPlugin plugin = new ObsoleteArticleSearch(new ArticleSearch(Texts.Select(static text => new Article(text, text)))).CreateWithSearch("Web");
        await plugin["Search"].InvokeAsync(new Kernel(), new() { ["query"] = Query, ["count"] = 4 });
        _options.AddFunction("Web", "Search");
        Kernel kernel = NewKernel();
        kernel.Plugins.Add(plugin);

        Assert.Equal([Texts[3], Texts[1]], (await kernel.InvokeAsync<List<string>>("Web", "Search", new() { ["query"] = Query, ["count"] = 2 }))!);
        Assert.Equal(4, Assert.Single(_scorer.Calls).Documents.Count);
    }

    [Fact]
    public async Task Invoke_OptionsChangedAfterwards_KeepsTheOldOnes()
    {
        Kernel kernel = NewKernel(FindList);
        _options.Functions.Clear();

        Assert.Equal([Texts[4]], (await kernel.InvokeAsync<List<string>>("Help", "Find", new() { ["query"] = Query, ["count"] = 1 }))!);
    }

    [Fact]
    public void Constructor_NullArguments_Throws()
    {
        var reranker = new Reranker(_scorer);
        Assert.Throws<ArgumentNullException>("reranker", () => new RerankingFunctionFilter(null!, _options));
        Assert.Throws<ArgumentNullException>("options", () => new RerankingFunctionFilter(reranker, null!));
        Assert.Throws<ArgumentNullException>("functionName", () => _options.AddFunction("Help", null!));
        Assert.Throws<ArgumentNullException>("textSelector", () => _options.AddItemType<Article>(null!));
        Assert.Throws<ArgumentNullException>(
            "itemsSelector",
            () => _options.AddResultType<Answer, Article>(null!, static article => article.Text, static (answer, _) => answer));
        Assert.Throws<ArgumentNullException>(
            "textSelector",
            () => _options.AddResultType<Answer, Article>(static answer => answer.Articles, null!, static (answer, _) => answer));
        Assert.Throws<ArgumentNullException>(
            "withItems",
            () => _options.AddResultType<Answer, Article>(static answer => answer.Articles, static article => article.Text, null!));
    }

    private List<string> FindList(string query, int count = 2, int skip = 0)
    {
        _calls.Add((count, skip));
        return [.. Texts.Skip(skip).Take(count)];
    }

    private void AssertLogged(int id, string message)
    {
        FakeLogRecord record = Assert.Single(_logger.Collector.GetSnapshot());
        Assert.Equal((LogLevel.Warning, id, message), (record.Level, record.Id.Id, record.Message));
    }

    private RerankingFunctionFilter NewFilter() => new(new Reranker(_scorer), _options, _logger);

    private Kernel NewKernel(Delegate? find = null)
    {
        var kernel = new Kernel();
        kernel.FunctionInvocationFilters.Add(NewFilter());
        if (find is not null)
        {
            kernel.Plugins.AddFromFunctions("Help", [KernelFunctionFactory.CreateFromMethod(find, "Find")]);
        }

        return kernel;
    }

    private Task<T?> InvokeAsync<T>(Delegate find, KernelArguments arguments) => NewKernel(find).InvokeAsync<T>("Help", "Find", arguments);

    private interface ISearchText
    {
        string Text { get; }
    }

    private sealed record HiddenText(string Text) : ISearchText;

    private sealed record Answer(string Source, IReadOnlyList<Article> Articles);
}
