using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.SemanticKernel;
using Reranking;
using Samples;

const string Question = "How do I reset my password?";
const string Template = """
    Answer the question by these facts:
    {{Help.Search $question}}

    Question: {{$question}}
    """;

IKernelBuilder builder = Kernel.CreateBuilder();
builder.Plugins.AddFromType<HelpPlugin>("Help");
Show.Ranking("First stage", HelpCenter.Search(Question, count: 8).Select(article => article.Title));
Show.Text("Prompt without the filter", await RenderAsync(builder.Build()));

// The plugin and its callers stay as they are. The filter asks Help.Search for 50 results instead of 3, reranks them, and gives the caller its 3.
builder.Services.AddSingleton<ILogger<Reranker>>(new WarningLogger());
builder.AddReranking().AddOnnx();
builder.AddFunctionReranking(options => options.AddFunction("Help", "Search"));
Show.Text("Prompt with the filter", await RenderAsync(builder.Build()));

// The prompt that kernel.InvokePromptAsync would send to a chat model. The filter works on calls by models, too.
static Task<string> RenderAsync(Kernel kernel)
{
    IPromptTemplate template = new KernelPromptTemplateFactory().Create(new PromptTemplateConfig(Template));
    return template.RenderAsync(kernel, new KernelArguments { ["question"] = Question });
}
