using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;
using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.Tests;

/// <summary>
/// The whole loop with a client for OpenAI, a model on a real socket, and the real reranker: what the model calls a function for, and what it gets.
/// </summary>
public sealed class ChatLoopTests(BundledModel model)
{
    public enum Seam
    {
        SearchFunction,
        ResultsFunction,
        FilterAroundStrings,
        FilterAroundResults,
        AutoFilterAroundStrings,
        AutoFilterAroundResults,
        BothFilters,
    }

    public static TheoryData<Seam> Seams => [.. Enum.GetValues<Seam>()];

    [Theory]
    [MemberData(nameof(Seams))]
    public async Task GetChatMessageContent_ModelCallsTheFunction_AnswersFromTheFirstPassage(Seam seam)
    {
        await using OpenAiServer server = await OpenAiServer.StartAsync(count: 3);
        Kernel kernel = NewKernel(server, seam);
        ChatMessageContent answer =
            await kernel.GetRequiredService<IChatCompletionService>().GetChatMessageContentAsync(HelpCenter.Question, Settings(), kernel);

        AssertAnswered(server, answer.Content);
    }

    [Theory]
    [MemberData(nameof(Seams))]
    public async Task GetStreamingChatMessageContents_ModelCallsTheFunction_AnswersFromTheFirstPassage(Seam seam)
    {
        await using OpenAiServer server = await OpenAiServer.StartAsync(count: 3);
        Kernel kernel = NewKernel(server, seam);
        string answer = "";
        await foreach (StreamingChatMessageContent part in
            kernel.GetRequiredService<IChatCompletionService>().GetStreamingChatMessageContentsAsync(HelpCenter.Question, Settings(), kernel))
        {
            answer += part.Content;
        }

        AssertAnswered(server, answer);
    }

    /// <summary>The chat client of Microsoft.Extensions.AI, with the kernel's function calling over it.</summary>
    [Theory]
    [MemberData(nameof(Seams))]
    public async Task GetResponse_ModelCallsTheFunction_AnswersFromTheFirstPassage(Seam seam)
    {
        await using OpenAiServer server = await OpenAiServer.StartAsync(count: 3);
        Kernel kernel = NewKernel(server, seam);
        using IChatClient client = NewChatClient(kernel);
        ChatResponse answer = await client.GetResponseAsync(HelpCenter.Question, Settings().ToChatOptions(kernel));

        AssertAnswered(server, answer.Text);
    }

    /// <summary>What the other tests stand on: without reranking, the passage that answers does not reach the model.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GetChatMessageContent_WithoutReranking_AnswersFromTheWrongPassage(bool results)
    {
        await using OpenAiServer server = await OpenAiServer.StartAsync(count: 3);
        Kernel kernel = NewKernel(server, results ? Seam.FilterAroundResults : Seam.FilterAroundStrings);
        kernel.FunctionInvocationFilters.Clear();
        await kernel.GetRequiredService<IChatCompletionService>().GetChatMessageContentAsync(HelpCenter.Question, Settings(), kernel);

        Assert.Equal(3, server.ToolResult.Count);
        Assert.DoesNotContain("Trouble signing in", server.ToolResult.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_ByCode_IsLeftAloneByTheAutoFilter()
    {
        await using OpenAiServer server = await OpenAiServer.StartAsync(count: 3);
        Kernel kernel = NewKernel(server, Seam.AutoFilterAroundStrings);
        List<string>? texts = await kernel.InvokeAsync<List<string>>("Help", "Search", new() { ["query"] = HelpCenter.Question, ["count"] = 3 });

        Assert.Equal(HelpCenter.ByCommonWords(HelpCenter.Question).Take(3).Select(static article => article.Text), texts);
    }

    private static OpenAIPromptExecutionSettings Settings() => new() { FunctionChoiceBehavior = FunctionChoiceBehavior.Auto() };

    private static IChatClient NewChatClient(Kernel kernel) =>
        kernel.GetRequiredService<IChatCompletionService>().AsChatClient().AsBuilder().UseKernelFunctionInvocation().Build();

    private static void AssertAnswered(OpenAiServer server, string? answer)
    {
        Assert.Equal(2, server.Requests.Count);
        Assert.Equal(3, server.ToolResult.Count);
        Assert.Equal(HelpCenter.Answer, answer);
    }

    private Kernel NewKernel(OpenAiServer server, Seam seam)
    {
        IKernelBuilder builder = Kernel.CreateBuilder();
        builder.AddOpenAIChatCompletion("loopback", server.Endpoint, apiKey: "none");
        var search = new ArticleSearch(HelpCenter.ByCommonWords(HelpCenter.Question));
        var plain = new ObsoleteArticleSearch(search);
        RerankedTextSearch<Article> reranked = search.WithReranking(model.Reranker);
        builder.Plugins.Add(KernelPluginFactory.CreateFromFunctions("Help",
        [
            seam switch
            {
                Seam.SearchFunction => RerankedSearchPlugin.CreateSearch(reranked),
                Seam.ResultsFunction => RerankedSearchPlugin.CreateGetTextSearchResults(reranked),
                Seam.FilterAroundStrings or Seam.AutoFilterAroundStrings or Seam.BothFilters => plain.CreateSearch(),
                _ => plain.CreateGetTextSearchResults(),
            },
        ]));
        RerankingFunctionFilterOptions options = new RerankingFunctionFilterOptions().AddFunction("Help", "Search").AddFunction("Help", "GetTextSearchResults");
        if (seam is Seam.FilterAroundStrings or Seam.FilterAroundResults or Seam.BothFilters)
        {
            builder.Services.AddSingleton<IFunctionInvocationFilter>(new RerankingFunctionFilter(model.Reranker, options));
        }

        if (seam is Seam.AutoFilterAroundStrings or Seam.AutoFilterAroundResults or Seam.BothFilters)
        {
            builder.Services.AddSingleton<IAutoFunctionInvocationFilter>(new RerankingFunctionFilter(model.Reranker, options));
        }

        return builder.Build();
    }
}
