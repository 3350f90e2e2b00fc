using Microsoft.Extensions.DependencyInjection;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Data;
using Reranking;
using Reranking.Onnx;
using Samples;

const string Question = "How do I reset my password?";

// A prompt template of Semantic Kernel's default kind. What {{Search.GetCitedPassages ...}} gives is all that the chat model will know.
// Semantic Kernel encodes it, so that it can hold no <message>, and decodes it in those that the template has.
const string Template = """
    <message role="user">Answer the question by these facts:
    {{Search.GetCitedPassages $question count='3'}}

    Question: {{$question}}</message>
    """;

using var scorer = new OnnxRelevanceScorer();
var reranker = new Reranker(scorer, logger: new WarningLogger());

// The search that you have, an ITextSearch<TRecord>; with a vector store it is a VectorStoreTextSearch<TRecord>.
var search = new HelpCenterTextSearch();
KernelSearchResults<Article> found = await search.GetSearchResultsAsync(Question, new TextSearchOptions<Article> { Top = 8 });
Show.Ranking("First stage", await found.Results.Select(article => article.Title).ToListAsync());

// The same search, reranked, as a function that templates call. It fetches 50 candidates, whatever the count.
// RerankedSearchPlugin.Create makes a plugin of functions for models.
IKernelBuilder builder = Kernel.CreateBuilder();
builder.Plugins.AddFromFunctions("Search", [RerankedSearchPlugin.CreateGetCitedPassages(search.WithReranking(reranker))]);
builder.Services.AddSingleton<IChatCompletionService>(new EchoChatService());   // a model of yours: builder.AddOpenAIChatCompletion(...)
Kernel kernel = builder.Build();
Show.Text("Prompt", $"{await kernel.InvokePromptAsync(Template, new KernelArguments { ["question"] = Question })}");
