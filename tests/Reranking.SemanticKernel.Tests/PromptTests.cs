using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.Data;

namespace Reranking.SemanticKernel.Tests;

/// <summary>What stands in the prompt, with the real model: the passage that answers first, though the first stage had it behind the third place.</summary>
public sealed class PromptTests(BundledModel model)
{
    private const string Default = "Facts:\n{{Help.Search $query}}\nQuestion: {{$query}}";
    private const string Handlebars = "{{#each (Help-Search query 3)}}- {{this}}\n{{/each}}";
    private const string HandlebarsResults = "{{#each (Help-GetTextSearchResults query 3)}}- {{Value}} ({{Name}}, {{Link}})\n{{/each}}";

    [Fact]
    public async Task Default_PluginFunction_HasTheAnswerFirst()
    {
        string prompt = await Prompts.RenderAsync(NewKernel(NewPlugin(count: 3)), Default, HelpCenter.Question);

        string[] lines = prompt.Split('\n');
        Assert.Equal(5, lines.Length);
        Assert.Equal(("Facts:", HelpCenter.Answer), (lines[0], lines[1]));
        Assert.Equal($"Question: {HelpCenter.Question}", lines[4]);
    }

    [Fact]
    public async Task Default_FilterAroundSemanticKernelsFunction_HasTheAnswerFirst()
    {
        Kernel kernel = NewKernel(new ObsoleteArticleSearch(FirstStage()).CreateWithSearch("Help"));
        string before = await Prompts.RenderAsync(kernel, Default, HelpCenter.Question);
        kernel = NewKernel(new ObsoleteArticleSearch(FirstStage()).CreateWithSearch("Help"));
        kernel.FunctionInvocationFilters.Add(new RerankingFunctionFilter(model.Reranker, new RerankingFunctionFilterOptions().AddFunction("Help", "Search")));
        string after = await Prompts.RenderAsync(kernel, Default, HelpCenter.Question);

        Assert.DoesNotContain(HelpCenter.Answer, before, StringComparison.Ordinal);
        Assert.Equal(before.Split('\n').Length, after.Split('\n').Length);
        Assert.Equal(HelpCenter.Answer, after.Split('\n')[1]);
    }

    /// <summary>Semantic Kernel's function over the decorated search: nothing but the search changes.</summary>
    [Fact]
    public async Task Default_SemanticKernelsFunctionOverRerankedSearch_HasTheAnswerFirst()
    {
        string prompt = await Prompts.RenderAsync(NewKernel(FirstStage().WithReranking(model.Reranker).CreateWithSearch("Help")), Default, HelpCenter.Question);

        Assert.Equal(HelpCenter.Answer, prompt.Split('\n')[1]);
    }

    /// <summary>The default engine prints lists of strings only; this is why there are two functions.</summary>
    [Fact]
    public async Task Default_TextSearchResults_PrintsTheNameOfTheType()
    {
        string prompt = await Prompts.RenderAsync(NewKernel(NewPlugin(count: 3)), "{{Help.GetTextSearchResults $query}}", HelpCenter.Question);

        Assert.StartsWith("System.Collections.Generic.List`1[", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handlebars_PluginFunctions_HaveTheAnswerFirst()
    {
        Kernel kernel = NewKernel(NewPlugin(count: 5));
        string[] texts = await RenderHandlebarsAsync(kernel, Handlebars);
        string[] results = await RenderHandlebarsAsync(kernel, HandlebarsResults);

        Assert.Equal((3, 3), (texts.Length, results.Length));
        Assert.Equal($"- {HelpCenter.Answer}", texts[0]);
        Assert.Equal($"- {HelpCenter.Answer} (Account Trouble, https://help.example/Account Trouble)", results[0]);
    }

    [Fact]
    public async Task Handlebars_FilterAroundSemanticKernelsFunctions_HasTheAnswerFirst()
    {
        var search = new ObsoleteArticleSearch(FirstStage());
        Kernel kernel = NewKernel(KernelPluginFactory.CreateFromFunctions("Help", [search.CreateSearch(), search.CreateGetTextSearchResults()]));
        kernel.FunctionInvocationFilters.Add(
            new RerankingFunctionFilter(
                model.Reranker, new RerankingFunctionFilterOptions().AddFunction("Help", "Search").AddFunction("Help", "GetTextSearchResults")));
        string[] texts = await RenderHandlebarsAsync(kernel, Handlebars);
        string[] results = await RenderHandlebarsAsync(kernel, HandlebarsResults);

        Assert.Equal((3, 3), (texts.Length, results.Length));
        Assert.Equal($"- {HelpCenter.Answer}", texts[0]);
        Assert.StartsWith($"- {HelpCenter.Answer} (Account Trouble", results[0], StringComparison.Ordinal);
    }

    private static ArticleSearch FirstStage() => new(HelpCenter.ByCommonWords(HelpCenter.Question));

    private static Kernel NewKernel(KernelPlugin plugin)
    {
        var kernel = new Kernel();
        kernel.Plugins.Add(plugin);
        return kernel;
    }

    private static async Task<string[]> RenderHandlebarsAsync(Kernel kernel, string template) =>
        (await Prompts.RenderAsync(kernel, template, HelpCenter.Question, new HandlebarsTemplateFactory(), HandlebarsTemplateFactory.Format))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private KernelPlugin NewPlugin(int count)
    {
        RerankingOptions options = model.Reranker.DefaultOptions;
        options.TopN = count;
        return RerankedSearchPlugin.Create(FirstStage().WithReranking(model.Reranker, new RerankedTextSearchOptions<Article> { Reranking = options }), "Help");
    }
}
